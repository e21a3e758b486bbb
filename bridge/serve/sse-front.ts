import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { KEEP_ALIVE_COMMENT, toEvent } from '../protocol/event-stream.ts'
import { RPC_CODES } from '../protocol/json-rpc.ts'
import { beginStream } from './event-stream.ts'
import { HttpRefusal, readBody } from './http-refusal.ts'
import { keepAlive } from './keep-alive.ts'
import { createStdioLike, type StdioLikeConnection, type StdioLikeOptions } from './stdio-like.ts'

/** HTTP+SSE of 2024-11-05 (basic/transports): one stream to the client, whose messages come as POSTs beside it. */
export interface SseFront {
  readonly connectionCount: number
  /** `GET …/sse`. @throws HttpRefusal 503 when there are too many */
  open(request: IncomingMessage, response: ServerResponse): void
  /** `POST …/messages?sessionId=…`. @throws HttpRefusal 404 for a stream that is closed */
  take(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): void
}

export interface SseFrontOptions extends Pick<StdioLikeOptions, 'converse' | 'modern'> {
  readonly connections: number
  readonly bodyBytes: number
}

interface SseConnection {
  readonly response: ServerResponse
  readonly connection: StdioLikeConnection
}

export function createSseFront({ converse, modern, connections, bodyBytes }: SseFrontOptions): SseFront {
  const open = new Map<string, SseConnection>()

  function connect(id: string, response: ServerResponse): StdioLikeConnection {
    const connection = createStdioLike({
      converse,
      modern,
      send: (message) => void response.write(toEvent(message)),
      backlogBytes: () => response.writableLength,
      onEnded: () => response.end(),
    })
    const endKeepAlive = keepAlive(() => void response.write(KEEP_ALIVE_COMMENT))
    response.once('close', () => {
      open.delete(id)
      endKeepAlive()
      connection.close()
    })
    return connection
  }

  return {
    get connectionCount() {
      return open.size
    },
    open(request, response) {
      if (open.size >= connections) {
        throw new HttpRefusal(503, { code: RPC_CODES.internal, message: `All ${connections} connections are in use.` })
      }
      const id = randomUUID()
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      beginStream(response)
      open.set(id, { response, connection: connect(id, response) })
      response.write(`event: endpoint\ndata: ${path.replace(/sse$/, 'messages')}?sessionId=${id}\n\n`)
    },
    async take(request, response) {
      const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId') ?? ''
      const found = open.get(id)
      if (!found) {
        const message = 'The stream of this "sessionId" is closed; begin again with GET.'
        throw new HttpRefusal(404, { code: RPC_CODES.invalidRequest, message })
      }
      const text = await readBody(request, bodyBytes)
      response.writeHead(202).end()
      found.connection.receive(text)
    },
    close() {
      for (const { response } of open.values()) response.end()
    },
  }
}
