import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RpcMessage, RpcResponse } from '../protocol/json-rpc.ts'
import { BACKLOG_BYTES, type Answer } from './answer.ts'
import { openPlainStream, type EventStream, type OpenEventStream } from './event-stream.ts'
import { sendJson } from './http-refusal.ts'
import { keepAlive } from './keep-alive.ts'

/** The answer to one POST: a JSON object, or an event stream once something comes before the response. */
export interface HttpAnswer extends Answer {
  /** Answers a batch (2025-03-26: basic/transports). */
  finishAll(responses: readonly RpcResponse[]): void
}

export interface HttpAnswerOptions {
  readonly openStream?: OpenEventStream
  /** A quiet answer becomes a stream after this time, so that it is kept alive and can be resumed. */
  readonly quietMs?: number
}

export function createHttpAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { openStream = openPlainStream, quietMs }: HttpAnswerOptions = {},
): HttpAnswer {
  const takesStream = /text\/event-stream|\*\/\*/.test(request.headers.accept ?? '')
  const endKeepAlive = keepAlive(() => stream()?.comment(), quietMs)
  let opened: EventStream | undefined
  let leaving: AbortController | undefined
  let isDone = false
  let hasLeft = false

  response.on('error', () => {})
  response.once('close', () => {
    if (opened?.isResumable) return
    endKeepAlive()
    if (isDone && response.writableFinished) return
    hasLeft = true
    leaving?.abort(clientLeft())
  })

  /** Opened with the first message; undefined where there can be none. */
  function stream(): EventStream | undefined {
    if (opened || isDone || !takesStream || response.destroyed) return opened
    return (opened = openStream(response))
  }

  function finish(value: RpcResponse | readonly RpcResponse[], status: number): void {
    if (isDone) return
    isDone = true
    endKeepAlive()
    if (!opened) return void (response.destroyed || sendJson(response, status, value))
    // Array.isArray does not narrow readonly arrays.
    for (const each of Array.isArray(value) ? (value as readonly RpcMessage[]) : [value as RpcMessage]) {
      opened.write(each)
    }
    opened.end()
  }

  return {
    get canStream() {
      return takesStream && !hasLeft
    },
    get left() {
      leaving ??= new AbortController()
      if (hasLeft) leaving.abort(clientLeft())
      return leaving.signal
    },
    notify(message) {
      const to = stream()
      if (to && to.backlogBytes < BACKLOG_BYTES) to.write(message)
    },
    send: (message) => stream()?.write(message),
    finish: (message, status = 200) => finish(message, status),
    finishAll: (responses) => finish(responses, 200),
    end() {
      isDone = true
      endKeepAlive()
      if (opened) opened.end()
      else if (!response.destroyed) response.writeHead(202).end()
    },
  }
}

function clientLeft(): Error {
  return new Error('The client closed the connection.')
}
