import type { IncomingMessage, ServerResponse } from 'node:http'
import { KEEP_ALIVE_COMMENT, toEvent } from '../protocol/event-stream.ts'
import type { RpcMessage, RpcResponse } from '../protocol/json-rpc.ts'
import { sendJson } from './http-refusal.ts'

const KEEP_ALIVE_MS = 15_000
/** A reader this far behind loses notifications; they are the part that may be lost. */
const BACKLOG_BYTES = 1024 * 1024

/** The answer to one POST: a JSON object, or an event stream once something comes before the response. */
export interface HttpAnswer {
  /** False when nothing but the response can be sent: the client takes no event stream, or has left. */
  readonly canStream: boolean
  /** Aborted when the client closes the connection before the response. */
  readonly left: AbortSignal
  /** Dropped when the client cannot have it or reads too slowly. */
  notify(message: RpcMessage): void
  /** A message that must arrive. */
  send(message: RpcMessage): void
  /** @param status  of a JSON answer; a stream has begun with 200 */
  finish(response: RpcResponse, status?: number): void
  /** Ends it without a response. */
  end(): void
}

export function createHttpAnswer(request: IncomingMessage, response: ServerResponse): HttpAnswer {
  const leaving = new AbortController()
  const takesStream = /text\/event-stream|\*\/\*/.test(request.headers.accept ?? '')
  // A quiet answer becomes a stream, so that no proxy takes it for dead.
  const timer = setInterval(() => {
    if (takesStream) event(KEEP_ALIVE_COMMENT)
  }, KEEP_ALIVE_MS).unref()
  response.once('close', () => {
    clearInterval(timer)
    if (!response.writableFinished) leaving.abort(new Error('The client closed the connection.'))
  })
  response.on('error', () => {})

  function event(text: string): void {
    if (response.destroyed || response.writableEnded) return
    if (!response.headersSent) beginStream(response)
    response.write(text)
  }

  return {
    get canStream() {
      return takesStream && !response.destroyed
    },
    left: leaving.signal,
    notify(message) {
      if (takesStream && response.writableLength < BACKLOG_BYTES) event(toEvent(message))
    },
    send: (message) => event(toEvent(message)),
    finish(message, status = 200) {
      clearInterval(timer)
      if (response.destroyed || response.writableEnded) return
      if (response.headersSent) response.end(toEvent(message))
      else sendJson(response, status, message)
    },
    end() {
      clearInterval(timer)
      if (!response.headersSent) response.writeHead(202)
      response.end()
    },
  }
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
}
