import type { Mock } from '../../../runtime/library/mocks.ts'
import { type ToolResult, toToolResult } from '../../../runtime/library/tool-result.ts'
import type { SavedTest } from '../../../src/model/saved-test.ts'

/** Each verb's request, with an answer as the API would give it. */
export function httpApiTests(base: string, secret: string): readonly SavedTest[] {
  const lamp = { id: 'i-7', title: 'Lamp' }
  const page = { items: [lamp], next_cursor: 'p2' }
  const answered = (body: unknown, status = 200): readonly Mock[] => [
    { request: { url: `${base}/items*` }, response: { status, body } },
  ]
  const test = (
    run: Pick<SavedTest, 'name' | 'tool' | 'input' | 'mocks'>,
    request: string,
    result: ToolResult,
  ): SavedTest => ({
    ...run,
    expected: { isError: result.isError === true, result, requests: [request], secrets: [secret] },
  })
  return [
    test(
      { name: 'a_page_of_items', tool: 'list_items', input: { limit: 1, cursor: 'p1' }, mocks: answered(page) },
      `GET ${base}/items?limit=1&cursor=p1`,
      withNote(toToolResult(page), 'There is a next page: call again with cursor=p2.'),
    ),
    test(
      { name: 'one_item', tool: 'get_item', input: { id: 'i-7' }, mocks: answered(lamp) },
      `GET ${base}/items/i-7`,
      toToolResult(lamp),
    ),
    test(
      { name: 'a_new_item', tool: 'create_item', input: { title: 'Lamp' }, mocks: answered(lamp, 201) },
      `POST ${base}/items`,
      toToolResult(lamp),
    ),
    test(
      { name: 'a_changed_item', tool: 'update_item', input: { id: 'i-7', title: 'Lamp' }, mocks: answered(lamp) },
      `PATCH ${base}/items/i-7`,
      toToolResult(lamp),
    ),
  ]
}

/** As the runtime library says it beside an answer that has a next page. */
function withNote(result: ToolResult, text: string): ToolResult {
  return { ...result, content: [...result.content, { type: 'text', text }] }
}
