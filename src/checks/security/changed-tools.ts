import type { Rule } from '../rule.ts'

/** X6: a connected tool that is no longer what a person has allowed. */
export const changedTools: Rule = {
  id: 'X6',
  weight: 'gate',
  *find({ definition: { tools }, listed }) {
    for (const { name, handler } of tools) {
      if (handler.kind !== 'external') continue
      const digest = Object.hasOwn(listed, handler.connection) ? listed[handler.connection]?.[handler.tool] : undefined
      // One that is gone is refused at its call; nothing new has come in its place.
      if (digest === undefined || digest === handler.digest) continue
      yield {
        kind: 'tool',
        name,
        problem: `Its definition at "${handler.connection}" has changed since a person allowed it.`,
        fix: 'It waits for a person: mcpwright inbox. Or leave it out with remove_item.',
      }
    }
  },
}
