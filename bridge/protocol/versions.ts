import { isObject, type JsonObject } from './json-rpc.ts'

/** Revisions whose requests carry everything in `_meta` (2026-07-28: basic/versioning, Terminology). */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28']
/** Revisions that begin with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
export const ALL_VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS]

export const NEWEST_MODERN = '2026-07-28'
const NEWEST_LEGACY = '2025-11-25'

/** Reserved keys of `_meta` (2026-07-28: basic/index, General fields). */
export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  progressToken: 'progressToken',
} as const

/** The version a request claims in its `_meta`; undefined is how older clients speak. */
export function claimedVersion(params: JsonObject | undefined): string | undefined {
  const version = metaOf(params)[META.protocolVersion]
  return typeof version === 'string' ? version : undefined
}

export function metaOf(params: JsonObject | undefined): JsonObject {
  const meta = params?.['_meta']
  return isObject(meta) ? meta : {}
}

/** What `initialize` answers: the version asked for, or the newest that such clients may know. */
export function negotiateLegacy(asked: unknown, known: readonly string[] = LEGACY_VERSIONS): string {
  if (typeof asked === 'string' && known.includes(asked) && LEGACY_VERSIONS.includes(asked)) return asked
  return LEGACY_VERSIONS.find((version) => known.includes(version)) ?? NEWEST_LEGACY
}
