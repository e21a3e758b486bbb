import type { ServerDefinition } from '../../src/model/server-definition.ts'

/** Whether a tool speaks gRPC itself, which takes HTTP/2: Connect and gRPC-Web are plain fetch. */
export function speaksGrpc({ tools }: Pick<ServerDefinition, 'tools'>): boolean {
  return tools.some(({ handler }) => {
    const protocol = handler.kind === 'operation' ? handler.call.protocol : undefined
    return protocol?.kind === 'grpc' && protocol.wire === 'grpc'
  })
}

/** The file that sends gRPC on Node; web APIs alone cannot. */
export const grpcFetch = `import { connect, type IncomingHttpHeaders } from 'node:http2'

/** Fetch that sends gRPC over HTTP/2, and everything else as fetch does. */
export const grpcFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const isGrpc = /^application\\/grpc(\\+|;|$)/.test(request.headers.get('content-type') ?? '')
  // The request's own signal follows this one through a weak reference.
  const signal = init?.signal ?? request.signal
  return isGrpc ? send(request, signal) : fetch(request, { signal })
}

/** More of an answer is not read. */
const MOST_BYTES = 10_000_000

async function send(request: Request, signal: AbortSignal): Promise<Response> {
  const { origin, pathname, search } = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const session = connect(origin)
  return new Promise<Response>((resolve, reject) => {
    const headers = { ...Object.fromEntries(request.headers), ':method': 'POST', ':path': pathname + search, te: 'trailers' }
    const stream = session.on('error', reject).request(headers, { signal })
    const chunks: Buffer[] = []
    let bytes = 0
    let head: IncomingHttpHeaders & { ':status'?: number } = {}
    let trailers: IncomingHttpHeaders = {}
    stream.on('response', (received) => (head = received))
    stream.on('trailers', (received) => (trailers = received))
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MOST_BYTES) chunks.push(chunk)
      else stream.destroy(new Error(\`The answer has more than \${MOST_BYTES} bytes.\`))
    })
    stream.on('end', () => resolve(responseOf(head, [...chunks, ...framesOf(trailers)])))
    stream.on('error', reject)
    stream.end(body)
  }).finally(() => session.close())
}

function responseOf(head: IncomingHttpHeaders & { ':status'?: number }, chunks: readonly Buffer[]): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(head)) {
    if (!name.startsWith(':') && value !== undefined) headers.set(name, String(value))
  }
  return new Response(Buffer.concat(chunks), { status: head[':status'] ?? 502, headers })
}

/** Trailers as the last frame of the body, as gRPC-Web has them: no Response has any. */
function framesOf(trailers: IncomingHttpHeaders): Buffer[] {
  const lines = Object.entries(trailers).map(([name, value]) => \`\${name}: \${String(value)}\\r\\n\`)
  if (lines.length === 0) return []
  const text = Buffer.from(lines.join(''))
  const frame = Buffer.alloc(5)
  frame.writeUInt8(0x80)
  frame.writeUInt32BE(text.length, 1)
  return [frame, text]
}
`

/** The file that says on Workers what they cannot. */
export const withoutGrpc = `/** Fetch that refuses gRPC: it needs HTTP/2 with trailers, which Workers do not send. */
export const withoutGrpc: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  if (!/^application\\/grpc(\\+|;|$)/.test(request.headers.get('content-type') ?? '')) return fetch(request)
  throw new Error('Cloudflare Workers do not speak gRPC (HTTP/2 with trailers). Run this server on Node, or call an address that speaks Connect or gRPC-Web')
}
`
