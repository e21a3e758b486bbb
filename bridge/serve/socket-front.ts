import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { BACKLOG_BYTES } from './answer.ts'
import { createStdioLike, type StdioLikeOptions } from './stdio-like.ts'

/** WebSocket: one JSON-RPC message a text frame, one socket a connection as over stdio, of any era. */
export interface SocketFront {
  readonly connectionCount: number
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export interface SocketFrontOptions extends Pick<StdioLikeOptions, 'converse' | 'modern'> {
  readonly connections: number
  readonly messageBytes: number
  /** A client that answers no ping within this time has left. */
  readonly pingMs: number
}

/** RFC 6455, section 7.4.1. */
const CLOSE = { goingAway: 1001, unsupported: 1003, tryAgain: 1013 } as const

export function createSocketFront({
  converse,
  modern,
  connections,
  messageBytes,
  pingMs,
}: SocketFrontOptions): SocketFront {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytes, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()
  const pinger = setInterval(pingAll, pingMs).unref()

  function pingAll(): void {
    for (const socket of sockets.clients) {
      // `delete` says whether it has answered since the last ping.
      if (alive.delete(socket)) socket.ping()
      else socket.terminate()
    }
  }

  function accept(socket: WebSocket): void {
    alive.add(socket)
    socket.on('pong', () => alive.add(socket))
    // A frame that is too large or malformed: ws closes the socket with the right code.
    socket.on('error', () => {})
    if (sockets.clients.size > connections) return socket.close(CLOSE.tryAgain, 'All connections are in use.')
    const connection = createStdioLike({
      converse,
      modern,
      send(message) {
        socket.send(JSON.stringify(message))
        holdBack(socket)
      },
      backlogBytes: () => socket.bufferedAmount,
      onEnded: () => socket.close(CLOSE.goingAway, 'The server has ended.'),
    })
    socket.on('close', () => connection.close())
    socket.on('message', (frame: RawData, isBinary: boolean) => {
      if (isBinary) socket.close(CLOSE.unsupported, 'A message is a text frame.')
      // Without an option that says otherwise ws gives Buffers.
      else connection.receive((frame as Buffer).toString('utf8'))
    })
  }

  return {
    get connectionCount() {
      return sockets.clients.size
    },
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, accept),
    close() {
      clearInterval(pinger)
      for (const socket of sockets.clients) socket.close(CLOSE.goingAway, 'The server was closed.')
      sockets.close()
    },
  }
}

/** Who does not read the answers is not read any further. */
function holdBack(socket: WebSocket): void {
  if (socket.bufferedAmount < BACKLOG_BYTES || socket.isPaused) return
  socket.pause()
  const timer = setInterval(() => {
    const isOpen = socket.readyState === socket.OPEN
    if (isOpen && socket.bufferedAmount >= BACKLOG_BYTES / 2) return
    clearInterval(timer)
    socket.resume()
  }, 50).unref()
}
