import { describe, expect, it } from 'vitest'
import { renderResult } from '../../src/cli/verbs/render-result.ts'
import { verbs } from '../../src/cli/verbs/verb.ts'

const rendered = (...next: { tool: string; arguments: Record<string, unknown> }[]) =>
  renderResult({ content: [{ type: 'text', text: 'Done.\nnext: x {}' }], structuredContent: { next } }, verbs)

describe('a result on a terminal', () => {
  it('says what to type next, by the shortest command there is', () => {
    expect(
      rendered(
        { tool: 'deploy', arguments: { server: 'desk' } },
        { tool: 'add_tool', arguments: { server: 'desk', replace: true, live: false, hosts: ['a.example', 'it’s'] } },
      ),
    ).toEqual({
      text: 'Done.',
      next: [
        'mcpwright deploy desk',
        "mcpwright call add_tool --server desk --replace --no-live --hosts a.example 'it’s'",
      ],
    })
  })

  it('agrees by --yes where a chat would hand a token on', () => {
    expect(rendered({ tool: 'delete_server', arguments: { server: "o'desk", confirm: 'token' } }).next).toEqual([
      String.raw`mcpwright rm 'o'\''desk' --yes`,
    ])
  })

  it('shows an error with its way out', () => {
    const error = { code: 'SERVER_UNKNOWN', next: { tool: 'list_servers', arguments: {} } }
    const result = {
      content: [{ type: 'text', text: 'SERVER_UNKNOWN: …' }],
      structuredContent: { error },
      isError: true,
    }
    expect(renderResult(result, verbs).next).toEqual(['mcpwright ls'])
  })
})
