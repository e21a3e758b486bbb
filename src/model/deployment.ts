import type { TargetStatus } from './deployment-target.ts'
import type { BuildId, DaemonId, DeploymentId, ServerId, TenantId } from './ids.ts'

export const DEPLOYMENT_STATUSES = [
  'pending',
  'building',
  'pushing',
  'deploying',
  'running',
  'stopped',
  'failed',
  'deleted',
] as const
export type DeploymentStatus = (typeof DEPLOYMENT_STATUSES)[number]

export const TARGET_NAMES = ['local', 'cloudflare'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** What was found of a server when a place away from here was last asked. */
export interface Sighting {
  /** ISO time. */
  readonly at: string
  readonly state: TargetStatus['state']
  /** For people. */
  readonly message?: string
}

/** Where a build of a server runs, or is meant to run. One per server and target. */
export interface Deployment {
  readonly id: DeploymentId
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly target: TargetName
  readonly status: DeploymentStatus
  /** Why it is in this status, for people. */
  readonly statusMessage: string | null
  readonly buildId: BuildId | null
  readonly endpointUrl: string | null
  /** Unique over all tenants within its target: here `/s/{slug}/mcp`, elsewhere part of a name. */
  readonly slug: string
  readonly port: number | null
  readonly daemonId: DaemonId | null
  readonly leaseUntil: Date | null
  readonly image: string | null
  /** SHA-256 of the endpoint's token, in hex. */
  readonly tokenHash: string | null
  /** As the target's `settingsSchema` has them: those that what serves was deployed with, kept for the next deploy. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Those that were last asked for: others than in force while a deploy is under way, and after one that failed. */
  readonly wantedSettings: Readonly<Record<string, unknown>>
  /** What the target has made and needs to know again; it alone reads it. Holds no secret. */
  readonly state: Readonly<Record<string, unknown>>
  /** What a person agreed may be open to everybody: `digestOfStakes`; null: nothing. */
  readonly openApproval: string | null
  /** Null: the place was never asked, or is this daemon. */
  readonly seen: Sighting | null
  readonly requestCount: number
  readonly lastRequestAt: Date | null
  readonly startedAt: Date | null
  readonly stoppedAt: Date | null
  readonly deletedAt: Date | null
  readonly createdAt: Date
}

/** Deployments in these statuses ought to be up. */
export function isActive(status: DeploymentStatus): boolean {
  return status !== 'stopped' && status !== 'failed' && status !== 'deleted'
}

/**
 * Where a server is deployed to when nobody says where.
 * @param places  where it is deployed, or has been
 * @returns undefined: here. Elsewhere only for one that was never here
 */
export function usualTarget(places: readonly TargetName[]): TargetName | undefined {
  return places.includes('local') ? undefined : places[0]
}

/** ` on cloudflare`; nothing for here. */
export function onTarget(target: TargetName): string {
  return target === 'local' ? '' : ` on ${target}`
}

/**
 * Where a server is that is asked for without its target: here before elsewhere, whether it is up or not, so that a
 * repeated call means the same place.
 * @returns undefined: nowhere
 */
export function placeOf(deployments: readonly Pick<Deployment, 'target' | 'status'>[]): TargetName | undefined {
  const places = deployments.flatMap(({ target, status }) => (status === 'deleted' ? [] : [target]))
  return places.includes('local') ? 'local' : places[0]
}
