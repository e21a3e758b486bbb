import {
  isObject,
  readMessage,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { META, metaOf } from '../protocol/versions.ts'
import type { Answer, Outcome } from './answer.ts'
import { followChild, type ChildLines } from './child-lines.ts'
import type { Child } from './child.ts'
import type { Conversation } from './conversation.ts'
import { createLastLines } from './last-lines.ts'
import { failureOf } from './modern-dialog.ts'
import type { BridgeOptions } from './server-bridge.ts'

/** How many lines of stderr explain a crash. */
const REASON_LINES = 20
const INITIALIZE = 'initialize'

interface PendingRequest {
  readonly message: RpcRequest
  readonly answer: Answer
  readonly settle: (outcome: Outcome) => void
}

export interface PassThroughOptions extends BridgeOptions {
  readonly child: Child
  readonly push: (message: RpcMessage) => void
  readonly onEnded: () => void
  readonly stop: () => void
}

/** Passes the messages of one conversation through to a child of its own, as they are. */
export function openPassThrough({ name, child, limits, push, onEnded, onLog, stop }: PassThroughOptions): {
  /** @throws RpcError what the server answered, or that it did not */
  initialize(message: RpcRequest): Promise<JsonObject>
  conversationOf(version: string): Conversation
} {
  const pending = new Map<RpcId, PendingRequest>()
  const lastLines = createLastLines(REASON_LINES)
  let pings = 0
  const lines: ChildLines = followChild({
    child,
    lineBytes: limits.lineBytes,
    silentMs: limits.silentMs,
    owesAnswers: () => pending.size > 0,
    ask: () => lines.write(JSON.stringify({ jsonrpc: '2.0', id: `bridge-ping-${++pings}`, method: 'ping' })),
    onLine: takeLine,
    onEnd(reason) {
      for (const { message, answer, settle } of pending.values()) {
        answer.finish(failureOf(message.id, ended(reason)))
        settle('error')
      }
      pending.clear()
      stop()
      onEnded()
    },
  })
  lastLines.follow(child.stderr, (line) => onLog('info', line))

  function ended(reason: string): RpcError {
    const said = lastLines.toString()
    return new RpcError(
      RPC_CODES.internal,
      `Server "${name}" has ended: ${said === '' ? reason : `${reason}\n${said}`}`,
    )
  }

  function takeLine(line: string): void {
    if (line === '') return
    const read = readMessage(parse(line))
    if (read.kind === 'response') takeResponse(read.message)
    else if (read.kind === 'request') sendToClient(read.message)
    else if (read.kind === 'notification') takeNotification(read.message)
    else onLog('info', line.slice(0, 2_000))
  }

  function takeResponse(message: RpcResponse): void {
    const waiting = message.id === null ? undefined : pending.get(message.id)
    if (!waiting || message.id === null) return
    pending.delete(message.id)
    waiting.answer.finish(message)
    waiting.settle('result' in message ? 'ok' : 'error')
  }

  /** With a call under way it most likely belongs to that; the client answers alike wherever it comes. */
  function sendToClient(message: RpcRequest): void {
    const call = [...pending.values()].findLast(({ answer }) => answer.canStream)
    if (call) call.answer.send(message)
    else push(message)
  }

  function takeNotification(message: RpcNotification): void {
    const token = message.method === 'notifications/progress' ? message.params?.['progressToken'] : undefined
    const owner = token === undefined ? only(pending) : findByToken(pending, token)
    if (owner && isOfCall(message.method)) owner.answer.notify(message)
    else push(message)
  }

  function request(message: RpcRequest, answer: Answer): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const refusal = lines.endReason === undefined ? undefined : ended(lines.endReason)
    const isTaken = pending.has(message.id)
    if (refusal || isTaken) {
      const inUse = new RpcError(RPC_CODES.invalidRequest, `The id ${message.id} is in use.`)
      answer.finish(failureOf(message.id, refusal ?? inUse))
      resolve('error')
    } else {
      pending.set(message.id, { message, answer, settle: resolve })
      lines.write(JSON.stringify(message))
    }
    return promise
  }

  /** A cancelled request gets no response (2025-11-25: basic/utilities/cancellation). */
  function notify(message: RpcNotification): void {
    lines.write(JSON.stringify(message))
    // Only strings and numbers are keys.
    const id = message.method === 'notifications/cancelled' ? (message.params?.['requestId'] as RpcId) : undefined
    const cancelled = id === undefined ? undefined : pending.get(id)
    if (id === undefined || !cancelled) return
    pending.delete(id)
    cancelled.answer.end()
    cancelled.settle('cancelled')
  }

  return {
    initialize: (message) => initializeWithin(message, request, limits.startMs, () => lines.endReason),
    conversationOf: (version) => ({
      version,
      request,
      notify,
      respond: (message) => lines.write(JSON.stringify(message)),
      end() {
        lines.end('The session has ended.')
        stop()
      },
    }),
  }
}

/** @throws RpcError what the server answered, or that it did not */
async function initializeWithin(
  message: RpcRequest,
  request: (message: RpcRequest, answer: Answer) => Promise<Outcome>,
  startMs: number,
  endReason: () => string | undefined,
): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
  const late = new RpcError(RPC_CODES.internal, `The server did not answer ${INITIALIZE} within ${startMs} ms.`)
  const timer = setTimeout(() => reject(late), startMs)
  void request(message, {
    canStream: false,
    left: new AbortController().signal,
    notify: ignore,
    send: ignore,
    finish(response) {
      if ('result' in response) resolve(response.result)
      else reject(new RpcError(response.error.code, response.error.message, response.error.data))
    },
    end: () => reject(new RpcError(RPC_CODES.internal, endReason() ?? 'The request was cancelled.')),
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

/** What is about one call, where a call says which, or there is only one. */
function isOfCall(method: string): boolean {
  return method === 'notifications/progress' || method === 'notifications/message'
}

function only(pending: ReadonlyMap<RpcId, PendingRequest>): PendingRequest | undefined {
  return pending.size === 1 ? pending.values().next().value : undefined
}

function findByToken(pending: ReadonlyMap<RpcId, PendingRequest>, token: unknown): PendingRequest | undefined {
  for (const request of pending.values()) {
    if (metaOf(request.message.params)[META.progressToken] === token) return request
  }
  return undefined
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function ignore(): void {}
