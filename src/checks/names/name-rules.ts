import { TOOL_NAME } from '../../model/names.ts'
import type { CheckedTool } from '../checked-server.ts'
import type { Rule } from '../rule.ts'
import { GENERIC_NOUNS, GENERIC_VERBS, VERBS } from './verbs.ts'

/** N1: a name that every client takes. MCP 2026-07-28, server/tools, allows more; some clients stop at 64. */
export const validNames: Rule = {
  id: 'N1',
  weight: 'warning',
  *find({ definition: { tools, resources, prompts } }) {
    const items = [
      ...tools.map(({ name }) => ({ kind: 'tool', name }) as const),
      ...resources.map(({ name }) => ({ kind: 'resource', name }) as const),
      ...prompts.map(({ name }) => ({ kind: 'prompt', name }) as const),
    ]
    for (const { kind, name } of items) {
      if (TOOL_NAME.test(name)) continue
      const fix = `Remove it with remove_item, and add it under a name of small letters, digits and "_" with add_${kind}.`
      yield { kind, name, problem: 'Its name is not one that every client takes.', fix }
    }
  },
}

/** N2: models look for what a tool does. Names of an API are its own. */
export const verbFirst: Rule = {
  id: 'N2',
  weight: 'advice',
  *find({ tools }) {
    for (const checked of tools) {
      const [first = ''] = wordsOf(checked)
      if (checked.origin !== 'own' || VERBS.has(first)) continue
      yield {
        kind: 'tool',
        name: checked.tool.name,
        problem: `Its name begins with "${first}", which is no verb.`,
        fix: 'Begin it with what it does, such as get_, list_ or create_: remove_item, then add_tool.',
      }
    }
  },
}

/** N4 */
export const tellingNames: Rule = {
  id: 'N4',
  weight: 'advice',
  *find({ tools }) {
    for (const checked of tools) {
      const words = wordsOf(checked)
      const isBare = words.length === 1 && (GENERIC_VERBS.has(words[0] ?? '') || GENERIC_NOUNS.has(words[0] ?? ''))
      const isEmpty =
        words.length > 1 && words.every((word) => GENERIC_VERBS.has(word) || GENERIC_NOUNS.has(word) || word === 'get')
      if (checked.origin !== 'own' || !(isBare || isEmpty)) continue
      yield {
        kind: 'tool',
        name: checked.tool.name,
        problem: 'Its name would fit any tool.',
        fix: 'Name what it works on, such as list_invoices: remove_item, then add_tool.',
      }
    }
  },
}

/** Claude Code's form, which is the longest of those in use; most clients stop at 64 characters. */
const LONGEST_MOUNTED = 64

/** N5 */
export const mountedNames: Rule = {
  id: 'N5',
  weight: 'advice',
  *find({ definition: { name: server, tools, exposure } }) {
    // Of a server that is searched, only its four tools are mounted.
    if (exposure === 'search') return
    for (const { name } of tools) {
      const mounted = `mcp__${server}__${name}`
      if (mounted.length <= LONGEST_MOUNTED) continue
      yield {
        kind: 'tool',
        name,
        problem: `Clients mount it as "${mounted}": ${mounted.length} characters, where some take ${LONGEST_MOUNTED}.`,
        fix: 'Expose the server as search (import_openapi, expose: "search"), or use a shorter name for it or the tool.',
      }
    }
  },
}

/** Of a connected tool, what follows the connection's name. */
function wordsOf({ tool: { name, handler } }: CheckedTool): string[] {
  const own = handler.kind === 'external' ? name.replace(`${handler.connection}_`, '') : name
  return own.split('_').filter((word) => word !== '')
}
