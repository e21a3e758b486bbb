import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { UploadedWorkerVersion } from './api/versions.ts'
import type { Share } from './attempt.ts'
import type { WranglerConfig } from './compose-config.ts'
import type { Journal } from './journal.ts'
import type { Prepared } from './prepare.ts'
import type { CloudflareTargetOptions } from './target-options.ts'

/** One apply: what is wanted, and what was found at the platform when it began. */
export interface Publishing extends Omit<Prepared, 'state'> {
  readonly options: CloudflareTargetOptions
  readonly request: DeploymentRequest
  readonly journal: Journal
  readonly config: WranglerConfig
  /** Of what is published (release-key.ts). */
  readonly key: string
  /** Newest first; undefined: there is no Worker yet. */
  readonly versions: readonly UploadedWorkerVersion[] | undefined
  /** Ids of D1 and KV that were noted before. */
  readonly storageBefore: readonly string[]
  /** Who had the traffic. */
  readonly shares: readonly Share[]
}

/** Where a version has come to serve. */
export interface Served {
  readonly versionId: string
  /** Who has the requests now. */
  readonly shares: readonly Share[]
  readonly notes: readonly string[]
}

export function findByTag({ versions = [] }: Pick<Publishing, 'versions'>, tag: string): string | undefined {
  return versions.find((version) => version.tag === tag)?.id
}
