import { howToMend } from './checked-server.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import type { Rule } from './rule.ts'
import { tokensOf } from '../model/token-cost.ts'

const TOOL_TOKENS = 400
const SERVER_TOKENS = 8_000
const ANSWER_TOKENS = 6_000

/** T1: asked where each tool is listed by itself; of a server that is searched, one is read at a time. */
export const smallTools: Rule = {
  id: 'T1',
  weight: 'advice',
  *find({ tools, definition: { exposure } }) {
    if (exposure === 'search') return
    for (const checked of tools) {
      const { name } = checked.tool
      const tokens = listedTokens(checked.tool)
      if (tokens <= TOOL_TOKENS) continue
      yield {
        kind: 'tool',
        name,
        problem: `Its definition costs ${tokens} tokens in every conversation.`,
        fix: `Shorten description and schema to ${TOOL_TOKENS}, ${howToMend(checked)}; or expose the server as search.`,
      }
    }
  },
}

/** T2 */
export const smallServer: Rule = {
  id: 'T2',
  weight: 'warning',
  *find({ tools, definition: { name, exposure } }) {
    if (exposure === 'search') return
    const tokens = tools.reduce((sum, { tool }) => sum + listedTokens(tool), 0)
    if (tokens <= SERVER_TOKENS) return
    yield {
      kind: 'server',
      name,
      problem: `Its ${tools.length} tools cost ${tokens} tokens in every conversation.`,
      fix: `Import with expose: "search" (import_openapi), or leave out with remove_item what is not used: at most ${SERVER_TOKENS}.`,
    }
  },
}

/** T3: measured on the results of saved tests. */
export const smallAnswers: Rule = {
  id: 'T3',
  weight: 'advice',
  *find({ definition: { tests = [] } }) {
    for (const { name, tool, expected } of tests) {
      const tokens = tokensOf(expected.result?.content ?? '')
      if (tokens <= ANSWER_TOKENS) continue
      yield {
        kind: 'tool',
        name: tool,
        at: `test "${name}"`,
        problem: `It gives ${tokens} tokens at once.`,
        fix: 'Give less by default: a limit, a choice of fields, pick; with add_tool and replace: true. Then save the test anew with test_tool.',
      }
    }
  },
}

/** What a model reads of a tool. */
function listedTokens({ name, title, description, inputSchema, outputSchema }: ToolDefinition): number {
  return tokensOf({ name, title, description, inputSchema, outputSchema })
}
