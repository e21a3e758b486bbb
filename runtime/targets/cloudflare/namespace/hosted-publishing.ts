import { createHash, randomBytes } from 'node:crypto'
import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import type { NamespaceAddress } from '../api/dispatch.ts'
import type { WranglerConfig } from '../compose-config.ts'
import type { Journal } from '../journal.ts'
import { isStopped } from '../reach-worker.ts'
import type { TenantEntry, TenantScript } from '../platform/tenant-entry.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import type { DirectoryPlace } from './directory.ts'
import type { HostedAttempt, HostedScript, HostedState } from './hosted-state.ts'
import type { Hosting } from './hosting.ts'
import type { PreparedHosted } from './prepare-hosted.ts'

/** One apply: what is wanted, and what was found when it began. */
export interface HostedPublishing extends Omit<PreparedHosted, 'state'> {
  readonly options: CloudflareTargetOptions
  readonly hosting: Hosting
  readonly request: DeploymentRequest
  readonly journal: Journal
  readonly address: NamespaceAddress
  readonly place: DirectoryPlace
  readonly config: WranglerConfig
  readonly key: string
  /** Where its name leads. */
  readonly entry: TenantEntry | undefined
  /** Ids of D1 and KV that were noted before. */
  readonly storageBefore: readonly string[]
}

export function hostedState({ journal, hosting }: Pick<HostedPublishing, 'hosting' | 'journal'>): HostedState {
  return journal.state().hosted ?? { namespace: hosting.namespace, scripts: [] }
}

/**
 * Goes on with one that was cut off, where it is for the same; its note says what served before. What was stopped since
 * stays closed.
 */
export function chooseAttempt(publishing: HostedPublishing): HostedAttempt {
  const { key, worker, request, settings, entry, storageBefore } = publishing
  const { attempt: unfinished } = hostedState(publishing)
  if (unfinished?.key === key) {
    const { domain: _earlier, before: noted, ...same } = unfinished
    const before = isStopped(request) ? undefined : noted
    return { ...same, ...(before && { before }), ...(settings.domain !== undefined && { domain: settings.domain }) }
  }
  const before = isStopped(request) ? undefined : entry?.serving
  return {
    name: freshName(worker.name),
    key,
    version: request.build.version,
    at: new Date().toISOString(),
    ...(before && { before }),
    ...(settings.domain !== undefined && { domain: settings.domain }),
    keeps: unfinished?.keeps ?? storageBefore,
  }
}

/** A name that no script has had: what serves is never written over. At most 63 characters. */
function freshName(worker: string): string {
  return `${scriptPrefix(worker)}${randomBytes(5).toString('hex')}`
}

/** What the names of all its scripts begin with, and of no other server's. */
export function scriptPrefix(worker: string): string {
  const own = createHash('sha256').update(worker).digest('hex').slice(0, 6)
  return `${worker.slice(0, 42).replace(/-+$/, '')}--${own}`
}

/** What the dispatcher is told of a script of this build. */
export function tenantScript({ allowed }: HostedPublishing, { name }: HostedScript): TenantScript {
  return { script: name, ...allowed }
}
