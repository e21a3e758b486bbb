import { isDeepStrictEqual } from 'node:util'
import type { ToolDefinition } from '../model/tool-definition.ts'

/**
 * Brings what is new in a description into a tool, and keeps what a person has changed in it.
 * @param imported  the tool as the last import gave it
 * @param current  the tool as it is now
 * @param next  the tool as the description gives it today
 * @returns the tool under its present name; `kept` names what differs from the description because a person wants it so
 */
export function mergeEdits(
  imported: ToolDefinition,
  current: ToolDefinition,
  next: ToolDefinition,
): { readonly tool: ToolDefinition; readonly kept: readonly string[] } {
  const kept = PARTS.filter(({ members }) =>
    members.some((member) => !isDeepStrictEqual(imported[member], current[member])),
  )
  const keptMembers = new Set<string>(kept.flatMap(({ members }) => members))
  const merged = {
    ...next,
    ...Object.fromEntries(Object.entries(current).filter(([member]) => keptMembers.has(member) || member === 'name')),
  }
  const absent = [...keptMembers].filter((member) => !Object.hasOwn(current, member))
  const tool = Object.fromEntries(Object.entries(merged).filter(([member]) => !absent.includes(member)))
  // Every member that a tool must have is in `next`, and none of those can be absent from `current`.
  return { tool: tool as unknown as ToolDefinition, kept: kept.map(({ name }) => name) }
}

/** Whether a person has put a tool of their own in the place of an imported one. */
export function isHandMade({ handler }: ToolDefinition): boolean {
  return handler.kind !== 'operation' || handler.source === undefined
}

interface Part {
  readonly name: string
  readonly members: readonly (keyof ToolDefinition)[]
}

/** What a person changes as one: a request fits its own arguments only. */
const PARTS: readonly Part[] = [
  { name: 'title', members: ['title'] },
  { name: 'description', members: ['description'] },
  { name: 'effect', members: ['effect'] },
  { name: 'group', members: ['group'] },
  { name: 'request', members: ['inputSchema', 'outputSchema', 'handler'] },
]
