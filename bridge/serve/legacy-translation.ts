import { isObject, type JsonObject } from '../protocol/json-rpc.ts'
import { META } from '../protocol/versions.ts'

/** What 2026-07-28 added to results, and older clients don't know. */
const MODERN_FIELDS: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope'])

/** A result of 2026-07-28 as clients before it expect it. */
export function toLegacyResult(method: string, result: JsonObject): JsonObject {
  const { _meta: meta, ...fields } = result
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !MODERN_FIELDS.has(name)))
  const { [META.serverInfo]: _, ...legacyMeta } = isObject(meta) ? meta : {}
  const translated = Object.keys(legacyMeta).length > 0 ? { ...kept, _meta: legacyMeta } : kept
  if (method === 'tools/list') return withObjectSchemas(translated)
  if (method === 'tools/call') return withObjectContent(translated)
  return translated
}

/** What `initialize` answers, from the child's server/discover. */
export function toInitializeResult(name: string, version: string, discovered: JsonObject): JsonObject {
  const meta = discovered['_meta']
  const { extensions: _, ...capabilities } = isObject(discovered['capabilities']) ? discovered['capabilities'] : {}
  const instructions = discovered['instructions']
  return {
    protocolVersion: version,
    capabilities,
    serverInfo: (isObject(meta) ? meta[META.serverInfo] : undefined) ?? { name, version: '0.0.0' },
    ...(typeof instructions === 'string' && { instructions }),
  }
}

/** One output schema without an object at its root makes older clients drop the whole list. */
function withObjectSchemas(result: JsonObject): JsonObject {
  if (!Array.isArray(result['tools'])) return result
  return { ...result, tools: result['tools'].map((tool: unknown) => (isObject(tool) ? withObjectSchema(tool) : tool)) }
}

function withObjectSchema(tool: JsonObject): JsonObject {
  const { outputSchema, ...rest } = tool
  return outputSchema === undefined || (isObject(outputSchema) && outputSchema['type'] === 'object') ? tool : rest
}

/** Before 2026-07-28 structured content was an object; its text stands in `content` as well. */
function withObjectContent(result: JsonObject): JsonObject {
  const { structuredContent, ...rest } = result
  return structuredContent === undefined || isObject(structuredContent) ? result : rest
}
