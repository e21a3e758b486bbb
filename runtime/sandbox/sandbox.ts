import type { Credential } from '../library/http-call.ts'
import type { Operation } from '../library/operation.ts'
import type { InputRequest } from '../library/tool-context.ts'
import type { BrokerNotice, ClientSide, CodeItem } from '../library/wire.ts'
import type { TenantId } from '../../src/model/ids.ts'
import type { Broker } from '../supervisor/broker.ts'

/** Each limit ends the run and names itself; except `logBytes`, where logs are cut and the run goes on, and `abortGraceMs`. */
export interface SandboxLimits {
  readonly wallMs: number
  /** Before `wallMs` is over, and after the caller has given up, the code's signal is aborted this long before its end. */
  readonly abortGraceMs: number
  readonly cpuMs: number
  readonly memoryMiB: number
  readonly hostCalls: number
  /** Of one call of the host, as JSON; a body counts as base64. */
  readonly argumentBytes: number
  readonly logBytes: number
  /** Of the result as JSON, or of an error's name and message. */
  readonly outputBytes: number
}

export type SandboxTask =
  /** Hand-written code, by its name in the bundle. Gives what it returned. */
  | { readonly kind: 'code'; readonly item: CodeItem; readonly client: ClientSide }
  /** An imported operation. Gives a ToolResult. */
  | { readonly kind: 'operation'; readonly operation: Operation; readonly credentials: readonly Credential[] }
  /** Evaluates the bundle and lists what it has, to show that it loads. */
  | { readonly kind: 'load' }

export interface SandboxRun {
  /** The text of a build's `tools.mjs`. */
  readonly bundle: string
  /** Whose run it is: while all runners are busy, tenants take turns. */
  readonly tenantId: TenantId
  readonly task: SandboxTask
  readonly input: unknown
  /** Names of secrets and settings, with placeholders or values. */
  readonly env: Readonly<Record<string, string>>
  /** Does what the code asks for: fetch, store, schedule, sign. */
  readonly broker: Broker
  readonly limits?: Partial<SandboxLimits>
  /**
   * Runs of one key and one bundle may share an isolate, one after the other, each in a fresh context. It names one
   * server of one tenant. Without a key each run has an isolate of its own.
   */
  readonly warmKey?: string
  /** Aborted, the code is told by its own signal and has `abortGraceMs` to end. */
  readonly signal?: AbortSignal
  readonly onNotice?: (notice: BrokerNotice) => void
}

export interface SandboxOutcome {
  readonly result: SandboxResult
  readonly logs: readonly SandboxLog[]
  readonly requests: readonly SandboxRequest[]
  readonly ms: number
  /** It had the isolate of an earlier run with its `warmKey`. */
  readonly isWarm: boolean
}

export type SandboxResult =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `frame` shows the line of the code as it was written, when it is known. */
  | { readonly kind: 'thrown'; readonly name: string; readonly message: string; readonly frame?: string }
  | { readonly kind: 'limit'; readonly limit: keyof SandboxLimits; readonly allowed: number; readonly used?: number }
  /** It asked for input that the client has not given yet: the questions by name. */
  | { readonly kind: 'input-needed'; readonly requests: Readonly<Record<string, InputRequest>> }
  | { readonly kind: 'aborted' }

export interface SandboxLog {
  readonly level: 'debug' | 'info' | 'warning' | 'error'
  readonly message: string
}

export interface SandboxRequest {
  readonly method: string
  readonly url: string
  /** Absent when the request failed. */
  readonly status?: number
  readonly ms: number
}

/** Runs untrusted code in isolates inside disposable processes; a process that breaks a limit is killed and replaced. */
export interface Sandbox {
  /** Never rejects for what the code did; rejects with SANDBOX_UNAVAILABLE when nothing can be run here. */
  run(run: SandboxRun): Promise<SandboxOutcome>
  /** Starts a runner ahead of need. */
  warm(): void
  close(): Promise<void>
}
