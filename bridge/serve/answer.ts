import type { RpcMessage, RpcResponse } from '../protocol/json-rpc.ts'

/** A reader this far behind loses notifications; they are the part that may be lost. */
export const BACKLOG_BYTES = 1024 * 1024

/** The way back to who made one request, whatever carries it. */
export interface Answer {
  /** False when nothing but the response can be sent: the client takes no event stream, or has left. */
  readonly canStream: boolean
  /** Aborted when the client leaves before the response and cannot come back for it. */
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

/** How a request ended. */
export type Outcome = 'ok' | 'error' | 'cancelled'
