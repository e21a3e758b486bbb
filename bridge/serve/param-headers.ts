import type { IncomingHttpHeaders } from 'node:http'
import { isObject, type JsonObject, type RpcRequest } from '../protocol/json-rpc.ts'
import { decodeHeaderValue } from '../protocol/mcp-headers.ts'
import { mismatch } from './modern-envelope.ts'

/** One annotated parameter of a tool (2026-07-28: basic/transports/streamable-http, Schema Extension). */
interface MirroredParam {
  /** In lower case, as Node gives headers. */
  readonly header: string
  readonly path: readonly string[]
}

/** Which headers the calls of each tool must have. Tools without annotations are not in it. */
export type ParamHeaders = ReadonlyMap<string, readonly MirroredParam[]>

export const NO_PARAM_HEADERS: ParamHeaders = new Map()

/** Lists are kept as they came, so the same first page says that nothing has changed since. */
export function createParamHeaderSource(
  list: (cursor: string | undefined) => Promise<JsonObject>,
): () => Promise<ParamHeaders> {
  let firstPage: JsonObject | undefined
  let known = NO_PARAM_HEADERS

  return async () => {
    const first = await list(undefined)
    if (first === firstPage) return known
    const tools = toolsOf(first)
    let cursor = first['nextCursor']
    while (typeof cursor === 'string') {
      const page = await list(cursor)
      tools.push(...toolsOf(page))
      cursor = page['nextCursor']
    }
    known = readParamHeaders(tools)
    firstPage = first
    return known
  }
}

function toolsOf(page: JsonObject): unknown[] {
  return Array.isArray(page['tools']) ? [...page['tools']] : []
}

/** Reads the annotations `x-mcp-header` of listed tools: only properties of properties are looked at. */
function readParamHeaders(tools: readonly unknown[]): ParamHeaders {
  const found = new Map<string, readonly MirroredParam[]>()
  for (const tool of tools) {
    if (!isObject(tool) || !isObject(tool['inputSchema'])) continue
    const mirrored = [...mirroredIn(tool['inputSchema'], [])]
    if (mirrored.length > 0) found.set(String(tool['name']), mirrored)
  }
  return found
}

function* mirroredIn(schema: JsonObject, path: readonly string[]): Generator<MirroredParam> {
  const { properties } = schema
  if (!isObject(properties)) return
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue
    const header = property['x-mcp-header']
    if (typeof header === 'string') yield { header: `mcp-param-${header.toLowerCase()}`, path: [...path, name] }
    yield* mirroredIn(property, [...path, name])
  }
}

/**
 * Checks that the headers of a tools/call say what its arguments do (section Server Behavior for Custom Headers).
 * @throws HttpRefusal 400 with -32020
 */
export function checkParamHeaders(headers: IncomingHttpHeaders, { params }: RpcRequest, known: ParamHeaders): void {
  for (const { header, path } of known.get(String(params?.['name'])) ?? []) {
    const value = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), params?.['arguments'])
    const sent = headers[header]
    const isPrimitive = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    if (!isPrimitive) {
      if (sent !== undefined) throw mismatch(`The header ${header} is there, but the body has no such value.`)
      continue
    }
    if (sent === undefined) throw mismatch(`The header ${header} is missing.`)
    const decoded = decodeHeaderValue(String(sent))
    if (decoded === undefined || !isSame(value, decoded)) {
      throw mismatch(`The header ${header} is "${decoded ?? String(sent)}", but the body says "${value}".`)
    }
  }
}

/** Numbers are compared as numbers: 1 and 1.0 are one value. */
function isSame(value: string | boolean | number, text: string): boolean {
  if (typeof value !== 'number') return String(value) === text
  return /^-?\d+(\.\d+)?$/.test(text) && Number(text) === value
}
