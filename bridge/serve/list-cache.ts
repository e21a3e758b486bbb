import type { JsonObject } from '../protocol/json-rpc.ts'

/** These never vary by client (2026-07-28: basic/index, Statelessness; server/utilities/caching). */
const LISTS: Readonly<Record<string, 'tools' | 'prompts' | 'resources'>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
}

/** Cursors come from clients, so their number needs a bound. */
const ENTRIES = 200

/** Results that stay true until the child changes: they answer while it sleeps. */
export interface ListCache {
  find(method: string, params: JsonObject): JsonObject | undefined
  keep(method: string, params: JsonObject, result: JsonObject): void
  /** After `notifications/<kind>/list_changed`. */
  forget(kind: 'tools' | 'prompts' | 'resources'): void
  /** After a start: the child may be another. */
  clear(): void
}

export function createListCache(): ListCache {
  const results = new Map<string, JsonObject>()
  return {
    find: (method, params) => results.get(keyOf(method, params)),
    keep(method, params, result) {
      if (method in LISTS && results.size < ENTRIES) results.set(keyOf(method, params), result)
    },
    forget(kind) {
      for (const key of results.keys()) if (LISTS[key.split(' ', 1)[0] ?? ''] === kind) results.delete(key)
    },
    clear: () => results.clear(),
  }
}

function keyOf(method: string, params: JsonObject): string {
  return `${method} ${JSON.stringify(params['cursor'] ?? null)}`
}
