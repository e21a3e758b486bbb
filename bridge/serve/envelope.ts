import type { JsonObject } from '../protocol/json-rpc.ts'
import { META, metaOf, NEWEST_MODERN } from '../protocol/versions.ts'

/** On whose behalf the bridge asks the child. */
export interface Asker {
  readonly clientInfo: unknown
  readonly clientCapabilities: unknown
  readonly logLevel?: string
}

const BRIDGE: Asker = { clientInfo: { name: 'mcpwright-bridge', version: '1' }, clientCapabilities: {} }

/** Adds to `params` what every request of 2026-07-28 carries (basic/index, Per-request protocol fields). */
export function envelope(params: JsonObject, asker: Asker = BRIDGE): JsonObject {
  const meta = {
    ...metaOf(params),
    [META.protocolVersion]: NEWEST_MODERN,
    [META.clientInfo]: asker.clientInfo,
    [META.clientCapabilities]: asker.clientCapabilities,
    ...(asker.logLevel !== undefined && { [META.logLevel]: asker.logLevel }),
  }
  return { ...params, _meta: meta }
}
