import type { ServerResponse } from 'node:http'
import { KEEP_ALIVE_COMMENT, toEvent } from '../protocol/event-stream.ts'
import type { RpcMessage } from '../protocol/json-rpc.ts'

/** Server-sent events to one client. What is written after the client has left is lost, unless it is resumable. */
export interface EventStream {
  /** Whether the client can come back for what it has missed. */
  readonly isResumable: boolean
  /** What the client has not read yet. */
  readonly backlogBytes: number
  write(message: RpcMessage): void
  comment(): void
  end(): void
}

export type OpenEventStream = (response: ServerResponse) => EventStream

/** A stream that lives as long as its connection. */
export function openPlainStream(response: ServerResponse): EventStream {
  beginStream(response)
  const write = (text: string): void => {
    if (!response.destroyed && !response.writableEnded) response.write(text)
  }
  return {
    isResumable: false,
    get backlogBytes() {
      return response.writableLength
    },
    write: (message) => write(toEvent(message)),
    comment: () => write(KEEP_ALIVE_COMMENT),
    end: () => void response.end(),
  }
}

export function beginStream(response: ServerResponse): void {
  response.on('error', () => {})
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
}
