import type { Share } from '../attempt.ts'
import { isRefusal, PROBLEM } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'
import { scriptPath, type WorkerAddress } from './worker-address.ts'

/** A version as the platform keeps it. */
export interface UploadedWorkerVersion {
  readonly id: string
  readonly createdAt: Date
  /** Given at the upload; empty for one that somebody else made. */
  readonly tag: string
}

export interface WorkerBinding {
  readonly name: string
  readonly type: string
}

/** Newest first, the last 100; undefined when there is no such Worker. */
export async function listVersions(
  api: CloudflareApi,
  worker: WorkerAddress,
  signal: AbortSignal,
): Promise<readonly UploadedWorkerVersion[] | undefined> {
  try {
    const { items } = await api.send<{ items: readonly ListedVersion[] }>(
      { path: `${scriptPath(worker)}/versions?deployable=true`, action: `list versions of "${worker.name}"` },
      signal,
    )
    return items
      .map(({ id, metadata, annotations = {} }) => ({
        id,
        createdAt: new Date(metadata?.created_on ?? 0),
        tag: annotations['workers/tag'] ?? '',
      }))
      .toSorted((left, right) => right.createdAt.getTime() - left.createdAt.getTime())
  } catch (error) {
    if (isRefusal(error, PROBLEM.noSuchWorker, PROBLEM.noSuchService)) return undefined
    throw error
  }
}

interface ListedVersion {
  readonly id: string
  readonly metadata?: { readonly created_on?: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/** What a version is bound to; values of secrets are never told. */
export async function readBindings(
  api: CloudflareApi,
  worker: WorkerAddress,
  versionId: string,
  signal: AbortSignal,
): Promise<readonly WorkerBinding[]> {
  const { resources } = await api.send<{ resources?: { bindings?: readonly WorkerBinding[] } }>(
    { path: `${scriptPath(worker)}/versions/${versionId}`, action: `read a version of "${worker.name}"` },
    signal,
  )
  return resources?.bindings ?? []
}

/** Who has the traffic now; empty when nothing was ever deployed. */
export async function readShares(
  api: CloudflareApi,
  worker: WorkerAddress,
  signal: AbortSignal,
): Promise<readonly Share[]> {
  const { deployments } = await api.send<{ deployments: readonly ListedDeployment[] }>(
    { path: `${scriptPath(worker)}/deployments`, action: `read the deployment of "${worker.name}"` },
    signal,
  )
  const [latest] = deployments.toSorted((left, right) => right.created_on.localeCompare(left.created_on))
  return (latest?.versions ?? []).map(({ version_id: versionId, percentage }) => ({ versionId, percent: percentage }))
}

interface ListedDeployment {
  readonly created_on: string
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[]
}

/**
 * Gives the traffic to one or two versions, which may have 0 %. A second time does the same.
 * @param force  also to a version from before a secret has changed; it has the secrets of its time
 * @throws MetaError TARGET_REFUSED, with the platform's code where it does not go back (10220: a secret has changed)
 */
export async function setShares(
  api: CloudflareApi,
  worker: WorkerAddress,
  shares: readonly Share[],
  { message, force = false }: { readonly message: string; readonly force?: boolean },
  signal: AbortSignal,
): Promise<void> {
  const versions = shares.map(({ versionId, percent }) => ({ version_id: versionId, percentage: percent }))
  await api.send(
    {
      method: 'POST',
      path: `${scriptPath(worker)}/deployments${force ? '?force=true' : ''}`,
      body: { strategy: 'percentage', versions, annotations: { 'workers/message': message.slice(0, 100) } },
      action: `give the traffic of "${worker.name}" to this version`,
      repeatable: true,
    },
    signal,
  )
}
