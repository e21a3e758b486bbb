import type { BrokerCall, BrokerNotice } from '../library/wire.ts'

/** One server's way out of its child process and of its sandbox runs: network, storage, code execution. */
export interface Broker {
  /**
   * Does what the child asked for. Results are JSON: WireResponse for fetch, the tool's value for run.
   * @throws MetaError HOST_NOT_ALLOWED, LIMIT_EXCEEDED, …; they cross the border as WireError
   */
  call(call: BrokerCall, options: BrokerCallOptions): Promise<unknown>
  notice(notice: BrokerNotice): void
}

export interface BrokerCallOptions {
  readonly signal: AbortSignal
  /** Log and progress notices of a `run`. */
  readonly onNotice: (notice: BrokerNotice) => void
}
