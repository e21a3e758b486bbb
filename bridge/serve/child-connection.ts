import { readMessage, RPC_CODES, RpcError, type JsonObject, type RpcResponse } from '../protocol/json-rpc.ts'
import { META, metaOf } from '../protocol/versions.ts'
import type { Child } from './child.ts'
import { followChild, type ChildTraffic } from './child-lines.ts'
import { envelope } from './envelope.ts'

/** Left unread by the child, this much refuses the next call. */
const UNREAD_BYTES = 32 * 1024 * 1024

export interface ChildCall {
  readonly method: string
  /** With everything the 2026-07-28 envelope asks for. */
  readonly params: JsonObject
  readonly signal?: AbortSignal
  /** Notifications of this call only; a progress token is the one in `params`. */
  readonly onNotification?: (method: string, params: JsonObject) => void
  /** Who asks; places are shared fairly among clients. */
  readonly client?: object | undefined
}

/** The bridge's side of one running child: calls by id over its stdin and stdout. */
export interface ChildConnection {
  /**
   * @throws RpcError what the child answered, or -32603 when it ended first; the signal's reason when aborted,
   *   and then the child is told (2026-07-28: basic/transports/stdio, Cancellation)
   */
  call(call: ChildCall): Promise<JsonObject>
  /** Resolves with the reason once the child can answer nothing more; its calls have been rejected by then. */
  readonly ended: Promise<string>
  /** Ends it from this side. */
  end(reason: string): void
  /** What went over its stdin and stdout so far. */
  readonly traffic: ChildTraffic
}

interface PendingCall {
  readonly call: ChildCall
  /** Each is called at most once, and only one of the two. */
  readonly resolve: (result: JsonObject) => void
  readonly reject: (error: unknown) => void
}

export interface ChildConnectionOptions {
  readonly child: Child
  readonly lineBytes: number
  /** A child that owes answers and is silent twice this long has ended. */
  readonly silentMs: number
  /** A line of stdout that is no message, or a message nobody asked for. */
  readonly onNoise: (line: string) => void
}

export function createChildConnection({
  child,
  lineBytes,
  silentMs,
  onNoise,
}: ChildConnectionOptions): ChildConnection {
  const pending = new Map<number, PendingCall>()
  let lastId = 0
  const lines = followChild({
    child,
    lineBytes,
    silentMs,
    owesAnswers: () => pending.size > 0,
    // Every server of 2026-07-28 answers it (server/discover); an error says as much.
    ask: () => void call({ method: 'server/discover', params: envelope({}) }).catch(() => {}),
    onLine: takeLine,
    onEnd(reason) {
      for (const { reject } of pending.values()) reject(new RpcError(RPC_CODES.internal, reason))
      pending.clear()
    },
  })

  function takeLine(line: string): void {
    if (line === '') return
    const read = readMessage(parseLine(line))
    if (read.kind === 'response') return takeResponse(read.message)
    if (read.kind === 'notification') return takeNotification(read.message.method, read.message.params ?? {}, line)
    onNoise(line)
  }

  function takeResponse(response: RpcResponse): void {
    const waiting = typeof response.id === 'number' ? pending.get(response.id) : undefined
    // An answer may cross with its cancellation.
    if (!waiting) return
    pending.delete(Number(response.id))
    if ('result' in response) return waiting.resolve(response.result)
    waiting.reject(new RpcError(response.error.code, response.error.message, response.error.data))
  }

  function takeNotification(method: string, params: JsonObject, line: string): void {
    const owner = ownerOf(method, params)
    if (!owner) return onNoise(line)
    const token = metaOf(owner.call.params)[META.progressToken]
    const isProgress = method === 'notifications/progress'
    owner.call.onNotification?.(method, isProgress ? { ...params, progressToken: token } : params)
  }

  /** 2026-07-28: basic/patterns/progress and subscriptions. A log message carries no id, so two who asked get none. */
  function ownerOf(method: string, params: JsonObject): PendingCall | undefined {
    if (method === 'notifications/progress') return pending.get(Number(params['progressToken']))
    if (method !== 'notifications/message') return pending.get(Number(metaOf(params)[META.subscriptionId]))
    const askers = [...pending.values()].filter(({ call: asked }) => META.logLevel in metaOf(asked.params))
    return askers.length === 1 ? askers[0] : undefined
  }

  function call(asked: ChildCall): Promise<JsonObject> {
    const { signal, method, params } = asked
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    const refusal = refusalOf(signal)
    if (refusal) {
      reject(refusal)
      return promise
    }
    const id = ++lastId
    const onAbort = (): void => {
      pending.delete(id)
      lines.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }))
      reject(signal?.reason)
    }
    const unlisten = (): void => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    pending.set(id, {
      call: asked,
      resolve(result) {
        unlisten()
        resolve(result)
      },
      reject(error) {
        unlisten()
        reject(error)
      },
    })
    lines.write(JSON.stringify({ jsonrpc: '2.0', id, method, params: withToken(params, id) }))
    return promise
  }

  function refusalOf(signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason
    if (lines.endReason !== undefined) return new RpcError(RPC_CODES.internal, lines.endReason)
    if (lines.backlogBytes <= UNREAD_BYTES) return undefined
    return new RpcError(RPC_CODES.internal, 'The server reads its requests too slowly; try again later.')
  }

  return {
    call,
    ended: lines.ended,
    end: lines.end,
    get traffic() {
      return lines.traffic
    },
  }
}

/** Tokens of two clients may be equal; the id of the call is not. */
function withToken(params: JsonObject, id: number): JsonObject {
  const meta = metaOf(params)
  return META.progressToken in meta ? { ...params, _meta: { ...meta, [META.progressToken]: id } } : params
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
