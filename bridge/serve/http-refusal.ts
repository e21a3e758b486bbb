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
 * @throws HttpRefusal 415 for another content type, 413 over `limitBytes`, 400 with -32700 for what is no JSON
 */
export async function readJsonBody(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new HttpRefusal(415, {
      code: RPC_CODES.invalidRequest,
      message: 'The content type must be application/json.',
    })
  }
  const text = await readText(request, limitBytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpRefusal(400, { code: RPC_CODES.parse, message: 'The body is not JSON.' })
  }
}

async function readText(request: IncomingMessage, limitBytes: number): Promise<string> {
  const tooLarge = new HttpRefusal(
    413,
    { code: RPC_CODES.invalidRequest, message: `The body is larger than ${limitBytes} bytes.` },
    // The rest of it is not read, so the connection is of no further use.
    { connection: 'close' },
  )
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limitBytes) throw tooLarge
    chunks.push(chunk)
  }
  return chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8')
}
