import type { JsonObject, RpcMessage, RpcNotification, RpcRequest, RpcResponse } from '../protocol/json-rpc.ts'
import type { Answer, Outcome } from './answer.ts'

/** One client of the eras before 2026-07-28 and the server, from `initialize` on, whatever carries the messages. */
export interface Conversation {
  readonly version: string
  /** Resolves when `answer` has been finished. Never rejects. */
  request(message: RpcRequest, answer: Answer): Promise<Outcome>
  notify(message: RpcNotification): void
  respond(message: RpcResponse): void
  end(): void
}

export interface OpenedConversation {
  readonly conversation: Conversation
  /** What `initialize` answers. */
  readonly result: JsonObject
}

/**
 * Begins a conversation.
 * @param push  takes the messages that belong to no request
 * @param onEnded  called when the server's side has ended it for good; only a new `initialize` helps
 * @throws RpcError with what `initialize` is to be answered
 */
export type Converse = (
  initialize: RpcRequest,
  push: (message: RpcMessage) => void,
  onEnded: () => void,
) => Promise<OpenedConversation>
