/** What of a tool's definition tells a client and its model what it does. */
const PINNED = ['name', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const

/** Any listed tool: what else it holds does not count. */
export type Digested = { readonly [Part in (typeof PINNED)[number]]?: unknown }

/**
 * SHA-256, in hex, over the name, description, schemas and annotations of a tool, as JSON with sorted members: the
 * order in which a server writes them says nothing.
 */
export async function toolDigest(tool: Digested): Promise<string> {
  const parts = Object.fromEntries(PINNED.flatMap((part) => (tool[part] === undefined ? [] : [[part, tool[part]]])))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalJson(parts)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** JSON whose objects have their members sorted by name. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  )
}
