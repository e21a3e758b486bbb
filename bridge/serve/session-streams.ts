import type { ServerResponse } from 'node:http'
import type { RpcMessage } from '../protocol/json-rpc.ts'
import { BACKLOG_BYTES } from './answer.ts'
import type { ResumableStream, SessionEvents } from './event-store.ts'
import { keepAlive } from './keep-alive.ts'

/** A stream that was cut without a word stays open for a while; its client opens another meanwhile. */
const STREAMS = 4

/** The GET streams of one session: what belongs to no request goes there. */
export interface SessionStreams {
  readonly isOpen: boolean
  /** Sends to one stream only (2025-11-25: basic/transports, Multiple Connections); keeps it while there is none. */
  push(message: RpcMessage): void
  /** Opens one, or goes on with that of `lastEventId`, which may be that of a POST. */
  open(response: ServerResponse, lastEventId: string | undefined): void
  end(): void
}

export function createSessionStreams(events: SessionEvents): SessionStreams {
  /** Those of the session itself, newest last. */
  const own: ResumableStream[] = []
  const connections = new Set<ServerResponse>()

  function begin(response: ServerResponse): ResumableStream {
    const stream = events.open(response)
    own.push(stream)
    if (own.length > STREAMS) own.shift()?.end()
    return stream
  }

  function resume(response: ServerResponse, lastEventId: string): ResumableStream | undefined {
    const found = events.find(lastEventId)
    found?.stream.attach(response, found.number)
    return found?.stream
  }

  return {
    get isOpen() {
      return connections.size > 0
    },
    push(message) {
      const stream = own.findLast(({ isAttached }) => isAttached) ?? own.at(-1)
      // List and resource changes may be lost to a client that reads too slowly.
      if (stream && stream.backlogBytes < BACKLOG_BYTES) stream.write(message)
    },
    open(response, lastEventId) {
      // What is no longer kept cannot be replayed; the client hears at least what comes now.
      const stream = (lastEventId === undefined ? undefined : resume(response, lastEventId)) ?? begin(response)
      const endKeepAlive = keepAlive(() => stream.comment())
      connections.add(response)
      response.once('close', () => {
        endKeepAlive()
        connections.delete(response)
      })
    },
    end() {
      events.clear()
      for (const response of connections) response.end()
    },
  }
}
