import { type AuthInfo, type JSONRPCMessage, parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/server'

const KEEP_ALIVE_MS = 15_000

/**
 * The older transport over one stream and one address for messages: MCP 2024-11-05, basic/transports, HTTP with SSE.
 * It ends with its stream.
 */
export class SseTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  readonly #encoder = new TextEncoder()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #ended: () => void

  /** @param ended  hears that the stream has ended */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  async start(): Promise<void> {}

  /** @param address  where the client posts its messages */
  open(address: string): Response {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller
        this.#write(`event: endpoint\ndata: ${address}\n\n`)
        this.#timer = setInterval(() => this.#write(': keepalive\n\n'), KEEP_ALIVE_MS)
      },
      cancel: () => this.close(),
    })
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' }
    return new Response(stream, { headers })
  }

  /** Takes one message of the client; its answer comes over the stream. */
  receive(body: unknown, request: Request, authInfo: AuthInfo): Response {
    let message: JSONRPCMessage
    try {
      message = parseJSONRPCMessage(body)
    } catch {
      return Response.json({ error: 'The body is not a JSON-RPC message.' }, { status: 400 })
    }
    this.onmessage?.(message, { request, authInfo })
    return new Response('Accepted', { status: 202 })
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
  }

  async close(): Promise<void> {
    if (!this.#controller) return
    clearInterval(this.#timer)
    const controller = this.#controller
    this.#controller = undefined
    try {
      controller.close()
    } catch {
      // The client has closed it.
    }
    this.onclose?.()
    this.#ended()
  }

  #write(frame: string): void {
    this.#controller?.enqueue(this.#encoder.encode(frame))
  }
}
