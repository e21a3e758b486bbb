import type { Deployment } from '../../../src/model/deployment.ts'
import type { WorkerLimits } from '../../../src/model/worker-limits.ts'
import type { Attempt } from './attempt.ts'
import type { HostedState } from './namespace/hosted-state.ts'
import type { CloudflareSettings } from './settings.ts'

/**
 * What the target has made for a deployment. It is stored after each step of an apply, and holds no secret: one that
 * is repeated after a death reads here how far the last one came.
 */
export interface CloudflareState {
  readonly accountId: string
  readonly worker: string
  /** The deploy that is under way, or was when the daemon died. */
  readonly attempt?: Attempt
  /** Versions that have had traffic, newest first: a rollback needs no upload while the platform keeps them. */
  readonly versions: readonly KeptVersion[]
  /** Names of the bindings and variables that the last upload set; others of the Worker are somebody else's. */
  readonly bindings: readonly string[]
  /** Names of the secrets that were ever sent and not emptied since (retired-secrets.ts). */
  readonly secrets?: readonly string[]
  /** Name of the D1 database or KV namespace that was about to be made last: one that is found then is our own. */
  readonly makes?: string
  /** D1 and KV that were made for it. */
  readonly databaseId?: string
  readonly namespaceId?: string
  /** Its Durable Objects are there: their migration is not repeated. */
  readonly hasObjects?: boolean
  readonly domain?: string
  /** Of each call of what serves; absent in what was written before they were noted. */
  readonly limits?: WorkerLimits
  /** What callers of what serves have to bring; absent in what was written before it was noted. */
  readonly callers?: Pick<CloudflareSettings, 'protection' | 'key'>
  /** It is in a dispatch namespace: what it has there. */
  readonly hosted?: HostedState
}

/** A version of the Worker that was verified and has served. */
export interface KeptVersion {
  /** Cloudflare's. */
  readonly id: string
  /** Of what was uploaded: code, configuration and secrets (release-key.ts). */
  readonly key: string
  /** Of our builds. */
  readonly version: number
}

/** As many as the platform can go back to. */
export const KEPT_VERSIONS = 100

/** Of a deployment that has been published at least once, or tried to; undefined for one that never was. */
export function readState({ state }: Pick<Deployment, 'state'>): CloudflareState | undefined {
  // As this target wrote it: nobody else does.
  return typeof state['accountId'] === 'string' ? (state as unknown as CloudflareState) : undefined
}

/** With one more version that serves, and without the attempt that brought it. */
export function withServing({ attempt: _done, ...state }: CloudflareState, served: KeptVersion): CloudflareState {
  const others = state.versions.filter(({ id }) => id !== served.id)
  return { ...state, versions: [served, ...others].slice(0, KEPT_VERSIONS) }
}

/** Of the settings: what is noted once a version with them serves. */
export function callersOf({ protection, key }: CloudflareSettings): Pick<CloudflareState, 'callers'> {
  return { callers: { protection, key } }
}

export function withoutAttempt({ attempt: _given, ...state }: CloudflareState): CloudflareState {
  return state
}
