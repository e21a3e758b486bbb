import { isObject, RPC_CODES, type JsonObject, type RpcError } from '../protocol/json-rpc.ts'
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../protocol/versions.ts'

/** What a server said to `server/discover`. */
export type DiscoverAnswer =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly error: RpcError }

/** Codes that only servers of 2026-07-28 and later give. */
const MODERN_CODES: ReadonlySet<number> = new Set([
  RPC_CODES.headerMismatch,
  RPC_CODES.missingClientCapability,
  RPC_CODES.unsupportedVersion,
])

/**
 * Whether a server speaks the era without sessions, by its answer to `server/discover`: a result or an error that only
 * such servers give. Anything else, by whatever code, is an older server.
 * 2026-07-28: basic/transports/streamable-http, Backward Compatibility
 */
export function isModernAnswer(answer: DiscoverAnswer): boolean {
  if (answer.kind === 'result') return isModernList(answer.result['supportedVersions'])
  return isModernError(answer.error)
}

/** An error that names supported versions, older ones alone, is one of an older server. */
export function isModernError(error: RpcError): boolean {
  if (!MODERN_CODES.has(error.code)) return false
  const supported = isObject(error.data) ? error.data['supported'] : undefined
  return (
    !Array.isArray(supported) || isModernList(supported) || !supported.some((each) => LEGACY_VERSIONS.includes(each))
  )
}

function isModernList(versions: unknown): boolean {
  return Array.isArray(versions) && versions.some((version) => MODERN_VERSIONS.includes(version))
}
