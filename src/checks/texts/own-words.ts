import { createToolIndex } from '../../../runtime/library/server/tool-index.ts'
import type { ToolDefinition } from '../../model/tool-definition.ts'
import { howToMend } from '../checked-server.ts'
import type { Rule } from '../rule.ts'

/** An index and a search take about a millisecond a tool, and more with more of them. */
const MOST_TOOLS = 100

/**
 * E1: a tool's own words must find it before all others in search_tools, or the search of a model will not either.
 * Of a larger server a hundred are asked, hand-written tools before others.
 */
export const findableByItsWords: Rule = {
  id: 'E1',
  weight: 'advice',
  *find({ tools }) {
    const ownFirst = tools.toSorted((left, right) => Number(right.origin === 'own') - Number(left.origin === 'own'))
    const asked = ownFirst.slice(0, MOST_TOOLS)
    const index = createToolIndex(asked.map(({ tool }) => toDocument(tool)))
    for (const checked of asked) {
      const { name } = checked.tool
      const [best] = index.search(requestFor(checked.tool))
      if (best === undefined || best.id === name) continue
      yield {
        kind: 'tool',
        name,
        problem: `A search with its own words finds "${best.id}" first.`,
        fix: `Say in the first sentence what it alone does, ${howToMend(checked)}.`,
      }
    }
  },
}

/** What someone would ask who wants this tool: its first sentence. */
function requestFor({ name, description }: ToolDefinition): string {
  const [sentence = ''] = description.split(/(?<=\.)\s|\n/, 1)
  return sentence.trim() === '' ? name.replaceAll('_', ' ') : sentence.slice(0, 160)
}

function toDocument({ name, description, group, effect, handler }: ToolDefinition) {
  return { name, description, group, effect, path: handler.kind === 'operation' ? handler.call.path : undefined }
}
