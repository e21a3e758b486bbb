import type { Sql } from '../db/db.ts'
import type { NextCall } from '../errors/meta-error.ts'
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
      /** What a definition must pass before it is built. Absent: it has, or an earlier version did when it was new. */
      readonly gates?: DeployGates
      /** Of the target. Absent: those in force. */
      readonly settings?: Readonly<Record<string, unknown>>
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

export interface DeployGates {
  /** The ids of findings that a person has read and wants to deploy all the same. */
  readonly acknowledge: readonly string[]
  /** Who deploys. */
  readonly subject: string
}

export type JobState =
  | { readonly state: 'waiting' | 'active' }
  | { readonly state: 'done'; readonly output: unknown }
  | { readonly state: 'failed'; readonly error: JobFailure }

/** What a task shows of a job, whoever sent it. */
export interface JobRecord {
  readonly job: Job
  readonly state: JobState
  readonly createdAt: Date
  readonly changedAt: Date
}

/** How far a job is: `done` of `total` steps, and what goes on now, for people. */
export interface JobProgress {
  readonly done: number
  readonly total: number
  readonly message: string
}

/**
 * @param signal  aborts with a MetaError CANCELLED when somebody has the job given up; otherwise the daemon stops, or
 *   another one has taken the job over
 * @param report  tells who watches; nothing is kept of it
 */
export type JobHandler = (job: Job, signal: AbortSignal, report: (progress: JobProgress) => void) => Promise<unknown>

export interface JobFailure {
  readonly code: string
  readonly message: string
  readonly fix?: string
  /** The call that would mend it. */
  readonly next?: NextCall
}

/** Jobs of one server run strictly one at a time, in the order they were sent. */
export interface Queue {
  /** With `sql`, the job exists exactly when that transaction commits. */
  send(job: Job, sql?: Sql): Promise<JobId>
  /** Undefined for a job of another tenant, as for none. */
  find(tenantId: TenantId, id: JobId): Promise<JobState | undefined>
  /** As `find`, with what the job is and when it changed. */
  read(tenantId: TenantId, id: JobId): Promise<JobRecord | undefined>
  /** The job of this kind that waits or runs for the server and is wanted, to attach to instead of sending another. */
  findPending(tenantId: TenantId, serverId: ServerId, kind: Job['kind']): Promise<JobId | undefined>
  /** Jobs of a tenant that wait or run, as its transaction `sql` sees them. */
  countPending(tenantId: TenantId, sql: Sql): Promise<number>
  /** Resolves when the job is done or has failed, or with its current state when `signal` aborts first. */
  wait(tenantId: TenantId, id: JobId, signal: AbortSignal): Promise<JobState>
  /** Calls `listener` with what the job's handler reports from now on, in whichever daemon. @returns what ends that */
  watch(id: JobId, listener: (progress: JobProgress) => void): () => void
  /**
   * Has a job given up, also after a restart: its handler ends by its signal and leaves things plain. One that waits
   * is given to its handler all the same, when it is its turn.
   * @returns false when there is nothing to give up: it is settled, unknown, or another tenant's
   */
  cancel(tenantId: TenantId, id: JobId): Promise<boolean>
  /** Starts working jobs off; jobs that this daemon held when it died are taken back first. */
  work(handle: JobHandler): Promise<void>
  /** Stops taking jobs, lets the running ones end for `graceMs`, then aborts them. */
  stop(graceMs: number): Promise<void>
}
