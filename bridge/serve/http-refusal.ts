import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorResponse, RPC_CODES, RpcError, type RpcErrorBody, type RpcId } from '../protocol/json-rpc.ts'

/** A request that HTTP itself refuses: a JSON-RPC error with a status of its own, never HTML. */
export class HttpRefusal extends RpcError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, error: RpcErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(error.code, error.message, error.data)
    this.status = status
    this.headers = headers
  }
}

export function refuse(response: ServerResponse, refusal: HttpRefusal, id: RpcId | null = null): void {
  const { code, message, data } = refusal
  sendJson(response, refusal.status, errorResponse(id, code, message, data), refusal.headers)
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value)
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': length }).end(body)
}

/**
 * Reads a POST's body as JSON.
 * @throws HttpRefusal as `readBody`; 400 with -32700 for what is no JSON
 */
export async function readJsonBody(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const text = await readBody(request, limitBytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpRefusal(400, { code: RPC_CODES.parse, message: 'The body is not JSON.' })
  }
}

/**
 * Reads a POST's body as text.
 * @throws HttpRefusal 415 for another content type than JSON, 413 over `limitBytes`, 400 when it was cut off
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  if (/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return await readText(request, limitBytes)
  const message = 'The content type must be application/json.'
  throw new HttpRefusal(415, { code: RPC_CODES.invalidRequest, message })
}

function readText(request: IncomingMessage, limitBytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  const refuseMore = (): void => {
    request.removeAllListeners('data').pause()
    reject(tooLarge(limitBytes))
  }
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) refuseMore()
  else {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limitBytes) refuseMore()
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(String(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))))
    request.once('close', () => reject(cutOff()))
    request.once('error', reject)
  }
  return promise
}

/** The rest of it is not read, so the connection is of no further use. */
function tooLarge(limitBytes: number): HttpRefusal {
  const message = `The body is larger than ${limitBytes} bytes.`
  return new HttpRefusal(413, { code: RPC_CODES.invalidRequest, message }, { connection: 'close' })
}

function cutOff(): HttpRefusal {
  return new HttpRefusal(400, { code: RPC_CODES.parse, message: 'The body was cut off.' })
}
