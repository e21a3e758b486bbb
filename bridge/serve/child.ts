import type { Readable, Writable } from 'node:stream'

/** A stdio MCP server that was started. The bridge never learns how. */
export interface Child {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the process has ended. */
  readonly exited: Promise<ChildExit>
  /** SIGTERM, then SIGKILL of the whole process group after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: string | null
}

export type StartChild = () => Promise<Child>
