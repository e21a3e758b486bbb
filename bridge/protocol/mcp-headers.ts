import type { JsonObject } from './json-rpc.ts'

/** Which parameter `Mcp-Name` mirrors (2026-07-28: basic/transports/streamable-http, Standard Request Headers). */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  // Extension io.modelcontextprotocol/tasks (SEP-2663, Streamable HTTP: Routing Headers).
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/** The value that `Mcp-Name` must have for this request; undefined where none is asked for. */
export function nameOf(method: string, params: JsonObject | undefined): string | undefined {
  const field = NAMED_BY[method]
  const value = field === undefined ? undefined : params?.[field]
  return typeof value === 'string' ? value : undefined
}

/** Plain where it is safe in a header, else `=?base64?…?=` (section Value Encoding). */
export function encodeHeaderValue(value: string): string {
  const isSafe = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value)
  return isSafe ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`
}

/** @returns undefined when the value claims to be Base64 and is not */
export function decodeHeaderValue(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1]
  if (encoded === undefined) return value
  return /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64').toString('utf8') : undefined
}
