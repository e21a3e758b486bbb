/** JSON-RPC 2.0 as MCP uses it: one message a line or a body; ids are strings or integers, never null. */
export type JsonObject = { readonly [key: string]: unknown }
export type RpcId = string | number

export interface RpcErrorBody {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

export type RpcRequest = {
  readonly jsonrpc: '2.0'
  readonly id: RpcId
  readonly method: string
  readonly params?: JsonObject
}
export type RpcNotification = { readonly jsonrpc: '2.0'; readonly method: string; readonly params?: JsonObject }
/** `id` is null only where the request's own could not be read. */
export type RpcResponse =
  | { readonly jsonrpc: '2.0'; readonly id: RpcId; readonly result: JsonObject }
  | { readonly jsonrpc: '2.0'; readonly id: RpcId | null; readonly error: RpcErrorBody }
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse

export type ReadMessage =
  | { readonly kind: 'request'; readonly message: RpcRequest }
  | { readonly kind: 'notification'; readonly message: RpcNotification }
  | { readonly kind: 'response'; readonly message: RpcResponse }
  | { readonly kind: 'invalid'; readonly id: RpcId | null; readonly problem: string }

/** JSON-RPC 2.0, section 5.1, and the codes of MCP 2026-07-28 (basic/index, Error Codes). */
export const RPC_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingClientCapability: -32021,
  unsupportedVersion: -32022,
} as const

/** An answer with `error`, thrown. What is not an RpcError is a bug of ours. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }

  toBody(): RpcErrorBody {
    return { code: this.code, message: this.message, ...(this.data !== undefined && { data: this.data }) }
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function errorResponse(id: RpcId | null, code: number, message: string, data?: unknown): RpcResponse {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } }
}

/** Sorts a parsed value into the three kinds of message; what is none of them comes back as `invalid`. */
export function readMessage(value: unknown): ReadMessage {
  if (!isObject(value)) return { kind: 'invalid', id: null, problem: 'A message is one JSON object.' }
  const id = isRpcId(value['id']) ? value['id'] : null
  if (value['jsonrpc'] !== '2.0') return { kind: 'invalid', id, problem: '"jsonrpc" is not "2.0".' }
  if (typeof value['method'] === 'string') return readCall(value, id)
  if (id !== null && isObject(value['result'])) {
    // The fields just looked at are what the type asks for.
    return { kind: 'response', message: value as RpcResponse }
  }
  if (isErrorBody(value['error']) && (id !== null || (value['id'] ?? null) === null)) {
    return { kind: 'response', message: { jsonrpc: '2.0', id, error: value['error'] } }
  }
  return { kind: 'invalid', id, problem: 'A message has a "method", or an "id" with a "result" or "error".' }
}

function readCall(value: JsonObject, id: RpcId | null): ReadMessage {
  if (value['params'] !== undefined && !isObject(value['params'])) {
    return { kind: 'invalid', id, problem: '"params" is not an object.' }
  }
  if (!('id' in value)) return { kind: 'notification', message: value as RpcNotification }
  if (id === null) return { kind: 'invalid', id, problem: '"id" is neither a string nor an integer.' }
  // jsonrpc, id, method and params were looked at above.
  return { kind: 'request', message: value as RpcRequest }
}

function isRpcId(value: unknown): value is RpcId {
  return typeof value === 'string' || Number.isInteger(value)
}

function isErrorBody(value: unknown): value is RpcErrorBody {
  return isObject(value) && typeof value['code'] === 'number' && typeof value['message'] === 'string'
}
