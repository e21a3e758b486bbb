import { isObject, type JsonObject } from '../protocol/json-rpc.ts'
import { ALL_VERSIONS, META, metaOf } from '../protocol/versions.ts'

/** Results that clients of 2026-07-28 may keep (server/utilities/caching). */
const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/** Nothing is known of how long it stays true, nor for whom. */
const STALE = { ttlMs: 0, cacheScope: 'private' }

/** Parameters of 2026-07-28 as servers before it expect them. */
export function toLegacyParams(params: JsonObject): JsonObject {
  const { _meta: _, inputResponses: _responses, requestState: _state, ...rest } = params
  const kept = Object.entries(metaOf(params)).filter(([key]) => !key.startsWith('io.modelcontextprotocol/'))
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) }
}

/** A result of the older eras as clients of 2026-07-28 expect it. */
export function toModernResult(method: string, result: JsonObject): JsonObject {
  return { resultType: 'complete', ...(CACHEABLE.has(method) && STALE), ...result }
}

/** What server/discover answers, from what `initialize` did. */
export function toDiscovered(initialized: JsonObject): JsonObject {
  const { capabilities, serverInfo, instructions } = initialized
  return {
    resultType: 'complete',
    ...STALE,
    supportedVersions: ALL_VERSIONS,
    capabilities: isObject(capabilities) ? capabilities : {},
    ...(typeof instructions === 'string' && { instructions }),
    _meta: { [META.serverInfo]: serverInfo },
  }
}
