import type { IncomingHttpHeaders } from 'node:http'
import { isObject, RPC_CODES, type RpcRequest } from '../protocol/json-rpc.ts'
import { decodeHeaderValue, nameOf } from '../protocol/mcp-headers.ts'
import { ALL_VERSIONS, claimedVersion, META, metaOf, MODERN_VERSIONS } from '../protocol/versions.ts'
import { HttpRefusal } from './http-refusal.ts'

/**
 * Checks what a 2026-07-28 request must carry, in headers and in `_meta`.
 * @throws HttpRefusal 400 with -32022 (version), -32602 (`_meta`) or -32020 (headers)
 * 2026-07-28: basic/transports/streamable-http, Server Validation; basic/index, Per-request protocol fields
 */
export function checkModernRequest(headers: IncomingHttpHeaders, request: RpcRequest): void {
  const { method, params } = request
  const version = claimedVersion(params)
  const headerVersion = headers['mcp-protocol-version']
  if (headerVersion === undefined) throw mismatch('The header MCP-Protocol-Version is missing.')
  if (version === undefined) throw invalidMeta(META.protocolVersion)
  if (headerVersion !== version) throw different('MCP-Protocol-Version', String(headerVersion), version)
  checkModernMeta(request)
  checkMirror('Mcp-Method', headers['mcp-method'], method)
  const name = nameOf(method, params)
  if (name !== undefined) checkMirror('Mcp-Name', headers['mcp-name'], name)
}

/**
 * Checks what `_meta` must carry, on any transport.
 * @throws HttpRefusal 400 with -32022 (version) or -32602
 */
export function checkModernMeta({ params }: RpcRequest): void {
  const version = claimedVersion(params)
  if (version === undefined) throw invalidMeta(META.protocolVersion)
  if (!MODERN_VERSIONS.includes(version)) throw unsupportedVersion(version)
  if (!isObject(metaOf(params)[META.clientCapabilities])) throw invalidMeta(META.clientCapabilities)
}

export function unsupportedVersion(requested: string): HttpRefusal {
  const message = `Protocol version "${requested}" is not supported.`
  return new HttpRefusal(400, {
    code: RPC_CODES.unsupportedVersion,
    message,
    data: { supported: ALL_VERSIONS, requested },
  })
}

function checkMirror(header: string, value: string | string[] | undefined, expected: string): void {
  if (value === undefined) throw mismatch(`The header ${header} is missing.`)
  const decoded = decodeHeaderValue(String(value))
  if (decoded !== expected) throw different(header, decoded ?? String(value), expected)
}

function different(header: string, value: string, expected: string): HttpRefusal {
  return mismatch(`The header ${header} is "${value}", but the body says "${expected}".`)
}

/** What a header says differs from the body. */
export function mismatch(message: string): HttpRefusal {
  return new HttpRefusal(400, { code: RPC_CODES.headerMismatch, message })
}

function invalidMeta(key: string): HttpRefusal {
  return new HttpRefusal(400, { code: RPC_CODES.invalidParams, message: `_meta["${key}"] is missing or malformed.` })
}
