import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Outcome } from './answer.ts'
import type { CallGateLimits } from './call-gate.ts'
import type { ChildTraffic } from './child-lines.ts'
import type { StartChild } from './child.ts'
import type { EventStoreLimits } from './event-store.ts'
import type { SessionLimits } from './legacy-sessions.ts'

export interface BridgeLimits extends SessionLimits, EventStoreLimits, CallGateLimits {
  /** Of one HTTP body or one WebSocket message. */
  readonly bodyBytes: number
  /** Of one line of a child's stdout. */
  readonly lineBytes: number
  /** The child must answer server/discover within this time. */
  readonly startMs: number
  /** A child that owes answers and is silent twice this long is ended. */
  readonly silentMs: number
  /** Between a crash and the next start; doubles up to `backoffMaxMs`. */
  readonly backoffMs: number
  readonly backoffMaxMs: number
  /** This many crashes within `crashWindowMs` stop the restarts. */
  readonly crashesInWindow: number
  readonly crashWindowMs: number
  /** Idle this long, the child is stopped; the next request starts it again. 0 keeps it. */
  readonly idleMs: number
  readonly stopGraceMs: number
}

export interface BridgeOptions {
  readonly name: string
  readonly startChild: StartChild
  readonly limits: BridgeLimits
  /** Each line the child wrote to stderr, and noise on its stdout. */
  readonly onLog: (level: 'info' | 'warning' | 'error', message: string) => void
  /** Called with each JSON-RPC request, before it is answered. */
  readonly onRequest?: () => void
  /** Called when a request has been answered. */
  readonly onAnswered?: (answered: AnsweredRequest) => void
  /** Milliseconds of a clock that only goes forward; by default the machine's own. */
  readonly now?: () => number
}

export interface AnsweredRequest {
  /** As the client wrote it: not for a label. */
  readonly method: string
  readonly outcome: Outcome
  readonly durationMs: number
}

export type BridgeState = 'asleep' | 'starting' | 'running' | 'waiting' | 'crashed' | 'closed'

export interface BridgeHealth {
  readonly state: BridgeState
  readonly pid: number | undefined
  readonly restarts: number
  /** Sessions over HTTP and open connections together. */
  readonly sessions: number
  /** Calls at the child, and those that wait for a place there. */
  readonly calls: number
  readonly waitingCalls: number
  readonly traffic: ChildTraffic
  /** Why it is not running: the last lines of stderr. */
  readonly reason: string | undefined
}

export interface RequestOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { progress: number; total?: number; message?: string }) => void
}

/** One stdio MCP server, reachable by many clients of every protocol era. */
export interface ServerBridge {
  /**
   * Answers one HTTP request. The caller has checked Host, Origin and token.
   * @param path  below where the server is mounted: `/mcp` (Streamable HTTP), `/sse` and `/messages` (HTTP+SSE)
   */
  handle(request: IncomingMessage, response: ServerResponse, path?: string): Promise<void>
  /** Takes a connection over as a WebSocket. The caller has checked Host, Origin and token. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** The same server for a caller in this process: `tools/list`, `tools/call` … in the 2026-07-28 form. */
  request(method: string, params: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<unknown>
  health(): BridgeHealth
  /** Starts the child if it is asleep and resolves when it answers; rejects with the reason if it does not. */
  wake(signal?: AbortSignal): Promise<void>
  /**
   * Goes over to another program: starts it, and once it answers, sends it all new calls and tells clients that the
   * lists have changed. Sessions and subscriptions stay. Rejects with the reason, and the old one stays, if it does not.
   */
  replace(startChild: StartChild, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}
