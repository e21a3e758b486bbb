import { isObject, type JsonObject } from '../protocol/json-rpc.ts'
import { META, metaOf, MODERN_VERSIONS } from '../protocol/versions.ts'

/** Results that a client of 2026-07-28 may keep for a time, and so say for how long (server/utilities/caching). */
const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'server/discover',
])

/** What 2026-07-28 put into `_meta` and older servers took from `initialize`. */
const ENVELOPE: ReadonlySet<string> = new Set([
  META.protocolVersion,
  META.clientInfo,
  META.clientCapabilities,
  META.logLevel,
])

/** A result of an older server as clients of 2026-07-28 expect it (basic/index, ResultType). */
export function toModernResult(method: string, result: JsonObject): JsonObject {
  const hint = CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}
  return { resultType: 'complete', ...hint, ...result }
}

/** What `server/discover` answers, from an older server's `initialize`. */
export function toDiscoverResult({ capabilities, serverInfo, instructions }: JsonObject): JsonObject {
  return toModernResult('server/discover', {
    supportedVersions: MODERN_VERSIONS,
    capabilities: capabilities ?? {},
    ...(typeof instructions === 'string' && { instructions }),
    _meta: { [META.serverInfo]: isObject(serverInfo) ? serverInfo : { name: 'unknown', version: '0' } },
  })
}

/** Parameters of a request as older servers know them; the progress token stays. */
export function toLegacyParams(params: JsonObject): JsonObject {
  const { _meta, inputResponses: _responses, requestState: _state, ...rest } = params
  const meta = Object.entries(metaOf(params)).filter(([key]) => !ENVELOPE.has(key))
  return meta.length > 0 ? { ...rest, _meta: Object.fromEntries(meta) } : rest
}
