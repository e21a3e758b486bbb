import { type Dispatcher, request, Response } from 'undici'
import { MetaError } from '../errors/meta-error.ts'
import { hostKey } from './address.ts'

/** What of a request gRPC needs. */
export interface GrpcRequest {
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}

/**
 * Sends a gRPC request over HTTP/2. No Response has trailers, so they become the last frame of the body, as gRPC-Web
 * has them (PROTOCOL-WEB.md): flag 0x80, the length, and one line for each.
 * @param dispatcher  whose connections speak HTTP/2
 * @throws MetaError UPSTREAM_UNREACHABLE when the server speaks HTTP/1.1; otherwise as undici does
 */
export async function sendGrpc(
  url: URL,
  { headers, body, signal }: GrpcRequest,
  dispatcher: Dispatcher,
): Promise<Response> {
  const answer = await request(url, {
    dispatcher,
    method: 'POST',
    // Servers refuse a client that does not say that it reads trailers.
    headers: { ...Object.fromEntries(headers), te: 'trailers' },
    ...(body && { body }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    throw isOldHttp(error) ? speaksOldHttp(url, error) : error
  })
  const head = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  return new Response(withTrailers(answer), { status: answer.statusCode, headers: head })
}

async function* withTrailers({ body, trailers }: Dispatcher.ResponseData): AsyncGenerator<Uint8Array> {
  // Its chunks are buffers, whatever its type says.
  for await (const chunk of body) yield chunk as Uint8Array
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (lines.length > 0) yield frameOf(lines.join(''))
}

function frameOf(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const head = Buffer.alloc(5)
  head.writeUInt8(0x80)
  head.writeUInt32BE(bytes.length, 1)
  return Uint8Array.from(Buffer.concat([head, bytes]))
}

function isOldHttp(error: unknown): boolean {
  return (
    error instanceof Error &&
    /HTTPParserError|HTTP2|ERR_HTTP2/.test(`${error.name} ${'code' in error ? String(error.code) : ''}`)
  )
}

function speaksOldHttp(url: URL, cause: unknown): MetaError {
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `"${hostKey(url)}" does not speak HTTP/2, which gRPC needs.`,
    'Import again with a base_url that names Connect (https://…) or gRPC-Web (grpc-web+https://…).',
    { cause },
  )
}

/** A proxy that takes HTTP/1.1 alone cannot carry it. */
export function notThroughProxy(url: URL): MetaError {
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `gRPC to "${hostKey(url)}" cannot go through an HTTP proxy.`,
    'List the host in NO_PROXY, or import again with a base_url that names Connect (https://…) or gRPC-Web (grpc-web+https://…).',
  )
}
