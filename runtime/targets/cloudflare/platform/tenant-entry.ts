import type { WorkerLimits } from '../../../../src/model/worker-limits.ts'

/** One server of a namespace, as the dispatcher looks it up in KV: key `server:NAME`, value this as JSON. */
export interface TenantEntry {
  /** Which deployment wrote it: nobody else's is written over. */
  readonly owner: string
  /** Absent: it is stopped, or its first deploy has not ended. */
  readonly serving?: TenantScript
  /** Being tried: reached with the verification header alone. */
  readonly trial?: TenantScript
}

/** One script of the namespace, and what it may. */
export interface TenantScript extends TenantAllowance {
  readonly script: string
}

/** Where it answers, and what it may. */
export interface TenantAllowance {
  /** A host of its own, where alone it answers; absent: at its name under the dispatcher's address. */
  readonly host?: string
  /** That it may reach, as `host` or `host:port`. */
  readonly hosts: readonly string[]
  /** Of each call. */
  readonly limits: WorkerLimits
}

export function serverKey(name: string): string {
  return `server:${name}`
}

/** Its value is the server's name. */
export function hostKey(host: string): string {
  return `host:${host}`
}

/** What the dispatcher hands to the outbound Worker with each call, under this name (`outbound.parameters`). */
export const EGRESS_PARAMETER = 'EGRESS'

export interface Egress {
  readonly hosts: readonly string[]
}

/** Which script has answered: told to whoever verifies, and to nobody else. */
export const SCRIPT_HEADER = 'mcp-script'
