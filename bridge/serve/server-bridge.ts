import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StartChild } from './child.ts'

export interface BridgeLimits {
  /** Of one HTTP body. */
  readonly bodyBytes: number
  /** Of one line of a child's stdout. */
  readonly lineBytes: number
  readonly sessions: number
  readonly sessionIdleMs: number
  /** The child must answer server/discover within this time. */
  readonly startMs: number
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
  readonly onRequest?: () => void
}

export type BridgeState = 'asleep' | 'starting' | 'running' | 'waiting' | 'crashed' | 'closed'

export interface BridgeHealth {
  readonly state: BridgeState
  readonly pid: number | undefined
  readonly restarts: number
  readonly sessions: number
  /** Why it is not running: the last lines of stderr. */
  readonly reason: string | undefined
}

export interface RequestOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { progress: number; total?: number; message?: string }) => void
}

/** One stdio MCP server, reachable by many clients of every protocol era. */
export interface ServerBridge {
  /** Answers one HTTP request to the server's `/mcp`. The caller has checked Host, Origin and token. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
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
