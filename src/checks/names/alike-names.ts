import type { Rule } from '../rule.ts'

/**
 * N3: names that differ by one letter or an ending. Of an API, `get_user` beside `get_users` is its own affair; what
 * differs by a slip is not.
 */
export const alikeNames: Rule = {
  id: 'N3',
  weight: 'advice',
  *find({ tools }) {
    const owners = new Map<string, string>()
    for (const { tool, origin } of tools) {
      if (origin !== 'own') continue
      const near = variantsOf(tool.name)
        .map((variant) => owners.get(variant))
        .find((name) => name !== undefined)
      if (near !== undefined) {
        yield {
          kind: 'tool',
          name: tool.name,
          problem: `Its name is almost that of "${near}".`,
          fix: 'Make one tool of them, or name what tells them apart: remove_item, then add_tool.',
        }
      }
      for (const variant of variantsOf(tool.name)) owners.set(variant, tool.name)
    }
  },
}

/** The name and all that is left of it without one letter: two names one letter apart share one of these. */
function variantsOf(name: string): string[] {
  // v1 and v2 differ on purpose.
  if (/\d/.test(name)) return [name]
  return [name, ...Array.from(name, (_, index) => name.slice(0, index) + name.slice(index + 1))]
}
