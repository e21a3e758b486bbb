import type { Sql } from '../db/db.ts'
import type { BuildId, DeploymentId, JobId, ServerId, TenantId } from '../model/ids.ts'

/** What a job is about. Jobs may run twice: handlers store progress and are safe to repeat. */
export type Job =
  | { readonly kind: 'build'; readonly tenantId: TenantId; readonly serverId: ServerId }
  | { readonly kind: 'check'; readonly tenantId: TenantId; readonly serverId: ServerId; readonly buildId: BuildId }
  | {
      readonly kind: 'deploy'
      readonly tenantId: TenantId
      readonly serverId: ServerId
      readonly deploymentId: DeploymentId
      /** Absent: build the newest definition first. */
      readonly version?: number
    }
  | {
      readonly kind: 'stop'
      readonly tenantId: TenantId
      readonly serverId: ServerId
      readonly deploymentId: DeploymentId
    }
  | {
      readonly kind: 'start'
      readonly tenantId: TenantId
      readonly serverId: ServerId
      readonly deploymentId: DeploymentId
    }
  | { readonly kind: 'delete'; readonly tenantId: TenantId; readonly serverId: ServerId }
  | { readonly kind: 'clean-up'; readonly tenantId: TenantId; readonly serverId: ServerId }

export type JobState =
  | { readonly state: 'waiting' | 'active' }
  | { readonly state: 'done'; readonly output: unknown }
  | { readonly state: 'failed'; readonly error: JobFailure }

export interface JobFailure {
  readonly code: string
  readonly message: string
  readonly fix?: string
}

/** Jobs of one server run strictly one at a time, in the order they were sent. */
export interface Queue {
  /** With `sql`, the job exists exactly when that transaction commits. */
  send(job: Job, sql?: Sql): Promise<JobId>
  /** Undefined for a job of another tenant, as for none. */
  find(tenantId: TenantId, id: JobId): Promise<JobState | undefined>
  /** The job of this kind that waits or runs for the server, to attach to instead of sending another. */
  findPending(tenantId: TenantId, serverId: ServerId, kind: Job['kind']): Promise<JobId | undefined>
  /** Resolves when the job is done or has failed, or with its current state when `signal` aborts first. */
  wait(tenantId: TenantId, id: JobId, signal: AbortSignal): Promise<JobState>
  /** Starts working jobs off; jobs that this daemon held when it died are taken back first. */
  work(handle: (job: Job, signal: AbortSignal) => Promise<unknown>): Promise<void>
  /** Stops taking jobs, lets the running ones end for `graceMs`, then aborts them. */
  stop(graceMs: number): Promise<void>
}
