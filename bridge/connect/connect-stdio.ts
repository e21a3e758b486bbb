import { setTimeout } from 'node:timers/promises'
import type { Readable, Writable } from 'node:stream'
import {
  errorResponse,
  readMessage,
  RPC_CODES,
  type RpcId,
  type RpcNotification,
  type RpcRequest,
} from '../protocol/json-rpc.ts'
import { createLineSplitter } from '../protocol/split-lines.ts'
import { claimedVersion } from '../protocol/versions.ts'
import { createEndpointLink, type Endpoint, type LinkState } from './endpoint-link.ts'
import { openHttpSession } from './legacy-session.ts'
import { createLegacyUpstream } from './legacy-upstream.ts'
import { createLineOutput } from './line-output.ts'
import { createModernUpstream } from './modern-upstream.ts'
import type { RemoteSettings } from './remote-upstreams.ts'
import { failureResponse } from './replay.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { answerStatically, type StaticAnswers } from './static-answers.ts'

export interface ConnectOptions {
  readonly input: Readable
  readonly output: Writable
  /** Finds the endpoint, or brings one up. Asked again after the one it gave has died. */
  readonly endpoint: () => Promise<Endpoint>
  /** Lets `initialize`, `server/discover`, `ping` and the lists be answered before the endpoint is up. */
  readonly staticAnswers?: StaticAnswers
  readonly onState?: (state: LinkState) => void
  /** By default a request is tried three times at once. */
  readonly retry?: RetryPolicy
  /** For a server across the network, whose era and transport are unknown. By default it is our own daemon. */
  readonly remote?: RemoteSettings
  /** Ends the connection at once. */
  readonly signal?: AbortSignal
  /** Of one line from the client. */
  readonly lineBytes?: number
  /** How long answers that are under way are waited for after the client's last line. */
  readonly graceMs?: number
}

/**
 * Carries a stdio client of any era to a Streamable HTTP endpoint.
 * What the endpoint cannot answer becomes an error response with code -32603; nothing that may have had effects is
 * sent twice.
 * @returns when the client has closed its end and what it asked for has been answered
 * 2026-07-28: basic/transports/stdio, basic/transports/streamable-http; 2025-11-25: basic/transports
 */
export async function connectStdio(options: ConnectOptions): Promise<void> {
  const { input, staticAnswers, lineBytes = 64 * 1024 * 1024, graceMs = 2_000 } = options
  const output = createLineOutput(options.output)
  const link = createEndpointLink(options.endpoint, options.onState, options.retry)
  const { legacy, modern } = options.remote
    ? (await import('./remote-upstreams.ts')).createRemoteUpstreams(link, output, options.remote)
    : { legacy: createLegacyUpstream(link, output, openHttpSession), modern: createModernUpstream(link, output) }
  const running = new Map<RpcId, RunningRequest>()

  // The endpoint comes up while the client still reads the static answers; who needs it meets its failure.
  link.current().catch(() => {})

  async function take(line: string): Promise<void> {
    if (line.trim() === '') return
    const parsed = parseLine(line)
    if (parsed === undefined) return await output.write(errorResponse(null, RPC_CODES.parse, 'The line is not JSON.'))
    const read = readMessage(parsed)
    if (read.kind === 'invalid')
      return await output.write(errorResponse(read.id, RPC_CODES.invalidRequest, read.problem))
    if (read.kind === 'notification') return await takeNotification(read.message)
    if (read.kind === 'response') return await legacy.respond(read.message)
    const isLegacyStart = read.message.method === 'initialize' && claimedVersion(read.message.params) === undefined
    if (isLegacyStart) legacy.begin(read.message.params ?? {})
    const result = answerAtOnce(read.message)
    if (result) return await output.write({ jsonrpc: '2.0', id: read.message.id, result })
    await carry(read.message)
  }

  function answerAtOnce(request: RpcRequest): Record<string, unknown> | undefined {
    if (request.method === 'ping') return {}
    if (!staticAnswers) return undefined
    const isGreeting = request.method === 'initialize' || request.method === 'server/discover'
    return isGreeting || !link.isUp ? answerStatically(staticAnswers, request) : undefined
  }

  async function carry(request: RpcRequest): Promise<void> {
    const abort = new AbortController()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    running.set(request.id, { request, abort, done })
    try {
      if (claimedVersion(request.params) !== undefined) await modern.carry(request, abort.signal)
      else if (request.method === 'initialize') await carryInitialize(request, abort.signal)
      else await legacy.request(request, abort.signal)
    } catch (error) {
      // Who cancelled waits for no answer.
      if (!abort.signal.aborted) await output.write(failureResponse(request, error))
    } finally {
      running.delete(request.id)
      resolve()
    }
  }

  async function carryInitialize(request: RpcRequest, signal: AbortSignal): Promise<void> {
    const result = await legacy.initializeResult(signal)
    await output.write({ jsonrpc: '2.0', id: request.id, result })
  }

  async function takeNotification(notification: RpcNotification): Promise<void> {
    if (notification.method === 'notifications/initialized') return
    if (notification.method === 'notifications/cancelled') return await cancel(notification)
    if (claimedVersion(notification.params) !== undefined) return
    await legacy.notify(notification).catch(() => {})
  }

  async function cancel(notification: RpcNotification): Promise<void> {
    const id = notification.params?.['requestId']
    const cancelled = typeof id === 'string' || typeof id === 'number' ? running.get(id) : undefined
    if (!cancelled) return
    // Before 2026-07-28 an ended answer stream cancels nothing, so the session is told.
    const isModern = claimedVersion(cancelled.request.params) !== undefined
    if (link.isUp) await (isModern ? tellCancelled(cancelled.request.id) : legacy.notify(notification)).catch(() => {})
    cancelled.abort.abort(new Error('The client cancelled the request.'))
  }

  async function tellCancelled(id: RpcId): Promise<void> {
    await (await link.current()).onCancel?.(id)
  }

  await readLines(input, lineBytes, options.signal, (line) => {
    // A line waits for no other; each reports its own failures.
    take(line).catch(() => {})
  })
  await settle(running, options.signal?.aborted ? 0 : graceMs)
  await Promise.all([legacy, modern].map((upstream) => upstream.close(AbortSignal.timeout(500))))
  await output.flush()
}

interface RunningRequest {
  readonly request: RpcRequest
  readonly abort: AbortController
  /** Resolves when its answer was written or nobody waits for it. */
  readonly done: Promise<void>
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

async function readLines(
  input: Readable,
  lineBytes: number,
  signal: AbortSignal | undefined,
  onLine: (line: string) => void,
): Promise<void> {
  const split = createLineSplitter(lineBytes)
  const end = (): void => void input.destroy()
  signal?.addEventListener('abort', end, { once: true })
  try {
    for await (const chunk of input as AsyncIterable<Buffer | string>) {
      for (const line of split(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)) onLine(line)
    }
  } catch {
    // A client that breaks its line, or the limit of one, has ended the connection.
  } finally {
    signal?.removeEventListener('abort', end)
  }
}

/** Waits for what is running, then ends what still is. Subscriptions have no end of their own. */
async function settle(running: Map<RpcId, RunningRequest>, graceMs: number): Promise<void> {
  const left = new Error('The client has left.')
  for (const { request, abort } of running.values()) {
    if (request.method === 'subscriptions/listen') abort.abort(left)
  }
  const answers = Promise.all([...running.values()].map(({ done }) => done))
  const grace = new AbortController()
  const over = setTimeout(graceMs, undefined, { signal: grace.signal }).catch(() => {})
  await Promise.race([answers, over])
  grace.abort()
  for (const { abort } of running.values()) abort.abort(left)
}
