import {
  errorResponse,
  readMessage,
  RPC_CODES,
  RpcError,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
} from '../protocol/json-rpc.ts'
import { claimedVersion } from '../protocol/versions.ts'
import { BACKLOG_BYTES, type Answer } from './answer.ts'
import type { Conversation, Converse } from './conversation.ts'
import { checkModernMeta } from './modern-envelope.ts'
import { failureOf, type ModernDialog } from './modern-dialog.ts'

export interface StdioLikeOptions {
  readonly converse: Converse
  readonly modern: ModernDialog
  readonly send: (message: RpcMessage) => void
  /** What the client has not read yet. */
  readonly backlogBytes: () => number
  /** Called when the server has ended the conversation. */
  readonly onEnded: () => void
}

/** One connection that carries messages both ways, as stdio does: one client, of any era. */
export interface StdioLikeConnection {
  /** Takes one message of the client; what is none is answered with an error. */
  receive(text: string): void
  /** Ends what is under way: the client has left. */
  close(): void
}

export function createStdioLike(options: StdioLikeOptions): StdioLikeConnection {
  const { converse, modern, send } = options
  /** Requests of 2026-07-28 under way, by the client's id. */
  const underWay = new Map<RpcId, AbortController>()
  const client = {}
  let conversation: Conversation | undefined
  let isClosed = false

  function answerTo(id: RpcId, left: AbortController): Answer {
    const finish = (response?: RpcMessage): void => {
      if (underWay.get(id) === left) underWay.delete(id)
      if (response && !isClosed) send(response)
    }
    return {
      get canStream() {
        return !isClosed
      },
      left: left.signal,
      notify: (message) => void (isClosed || options.backlogBytes() >= BACKLOG_BYTES || send(message)),
      send: (message) => void (isClosed || send(message)),
      finish,
      end: () => finish(),
    }
  }

  async function begin(message: RpcRequest): Promise<void> {
    try {
      if (conversation) throw new RpcError(RPC_CODES.invalidRequest, 'This connection has been initialized already.')
      const opened = await converse(message, (pushed) => void (isClosed || send(pushed)), options.onEnded)
      conversation = opened.conversation
      if (isClosed) return conversation.end()
      send({ jsonrpc: '2.0', id: message.id, result: opened.result })
    } catch (error) {
      if (!isClosed) send(failureOf(message.id, error))
    }
  }

  function takeModern(message: RpcRequest): void {
    try {
      checkModernMeta(message)
      if (underWay.has(message.id)) throw new RpcError(RPC_CODES.invalidRequest, `The id ${message.id} is in use.`)
    } catch (error) {
      return send(failureOf(message.id, error))
    }
    const left = new AbortController()
    underWay.set(message.id, left)
    void modern.request(message, answerTo(message.id, left), client)
  }

  function takeRequest(message: RpcRequest): void {
    if (claimedVersion(message.params) !== undefined) takeModern(message)
    else if (message.method === 'initialize') void begin(message)
    else if (conversation) void conversation.request(message, answerTo(message.id, new AbortController()))
    else send(errorResponse(message.id, RPC_CODES.invalidRequest, 'Begin with "initialize".'))
  }

  return {
    receive(text) {
      const value = parse(text)
      if (value === undefined) return send(errorResponse(null, RPC_CODES.parse, 'The message is not JSON.'))
      const read = readMessage(value)
      if (read.kind === 'invalid') return send(errorResponse(read.id, RPC_CODES.invalidRequest, read.problem))
      if (read.kind === 'request') return takeRequest(read.message)
      if (read.kind === 'response') return conversation?.respond(read.message)
      const cancelled = read.message.params?.['requestId']
      const isModern = read.message.method === 'notifications/cancelled' && underWay.has(cancelled as RpcId)
      if (isModern) underWay.get(cancelled as RpcId)?.abort(new Error('The client cancelled the request.'))
      else conversation?.notify(read.message)
    },
    close() {
      isClosed = true
      conversation?.end()
      for (const left of underWay.values()) left.abort(new Error('The client closed the connection.'))
      underWay.clear()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
