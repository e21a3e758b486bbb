import type { TenantScript } from '../platform/tenant-entry.ts'

/** What a deployment has in a dispatch namespace. */
export interface HostedState {
  readonly namespace: string
  /** Newest first: the one that serves, and the one before, which a rollback brings back without an upload. */
  readonly scripts: readonly HostedScript[]
  /** Where the issuer was asked by the last deploy that reached it. */
  readonly issuer?: KnownIssuer
  /** The deploy that is under way, or was when the daemon died. */
  readonly attempt?: HostedAttempt
}

export interface KnownIssuer {
  /** What it is asked for, and its address. */
  readonly of: string
  readonly hosts: readonly string[]
}

/** A script of the namespace. Never written over once it has served: each deploy has one of its own. */
export interface HostedScript {
  readonly name: string
  /** Of code, configuration and secrets (release-key.ts). */
  readonly key: string
  /** Of our builds. */
  readonly version: number
  readonly at: string
}

export interface HostedAttempt extends HostedScript {
  /** What served when it began; a failure gives the name back to it. */
  readonly before?: TenantScript
  /** That it opens: its own host. */
  readonly domain?: string
  /** Ids of D1 and KV from before, which a failure never takes away. */
  readonly keeps: readonly string[]
}

/** As many as are kept of a server: the one that serves and the one before. */
export const KEPT_SCRIPTS = 2
