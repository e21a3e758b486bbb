import type { SandboxLimits, SandboxLog } from './sandbox.ts'

/** What one run needs, as it goes to a runner. */
export interface RunnerJob {
  readonly bundle: string
  /** JSON of GuestWork: it goes on into the isolate as it is. */
  readonly work: string
  readonly limits: SandboxLimits
  /** See SandboxRun. */
  readonly warmKey?: string
}

/** Parent to runner. `json` of an answer is the result, or a WireError when `ok` is false. */
export type ToRunner =
  | { readonly kind: 'run'; readonly job: RunnerJob }
  | { readonly kind: 'answer'; readonly id: number; readonly ok: boolean; readonly json: string }
  | { readonly kind: 'abort' }

/** Why the code's signal is aborted: its caller has given up, or its time is nearly over. */
export type AbortReason = 'cancelled' | 'limit'

/** Runner to parent. */
export type FromRunner =
  /** It can take a run: at its start, and after each run that left it clean. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The isolate stands; from here the code has the word. */
  | { readonly kind: 'started'; readonly isWarm: boolean }
  /** `json` is a BrokerCall. */
  | { readonly kind: 'call'; readonly id: number; readonly json: string }
  | { readonly kind: 'cancel'; readonly id: number }
  /** `json` is a BrokerNotice. */
  | { readonly kind: 'notice'; readonly json: string }
  | { readonly kind: 'logs'; readonly logs: readonly SandboxLog[] }
  | { readonly kind: 'done'; readonly result: RunnerResult }

/** How a run ended. Only strings come out of an isolate. */
export type RunnerResult =
  /** `json` is absent for undefined. */
  | { readonly kind: 'value'; readonly json?: string }
  | { readonly kind: 'thrown'; readonly name: string; readonly message: string; readonly stack: string }
  | { readonly kind: 'limit'; readonly limit: keyof SandboxLimits; readonly used?: number }
  | { readonly kind: 'input-needed'; readonly json: string }
