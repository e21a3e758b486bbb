import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentId } from '../../../src/model/ids.ts'
import type { UploadedWorkerVersion } from './api/versions.ts'
import { tagPrefix } from './attempt.ts'
import type { CloudflareState } from './state.ts'

/** Whether versions of a Worker show that this deployment made it. */
export function isOwn(
  versions: readonly UploadedWorkerVersion[],
  id: DeploymentId,
  state: CloudflareState | undefined,
): boolean {
  const known = new Set(state?.versions.map((version) => version.id))
  return versions.some((version) => version.tag.startsWith(tagPrefix(id)) || known.has(version.id))
}

/**
 * A Worker that somebody else made is never written over.
 * @param versions  undefined: there is none of that name
 * @throws MetaError TARGET_REFUSED
 */
export function refuseForeign(
  versions: readonly UploadedWorkerVersion[] | undefined,
  worker: string,
  id: DeploymentId,
  state: CloudflareState | undefined,
): void {
  if (versions === undefined || isOwn(versions, id, state)) return
  throw new MetaError(
    'TARGET_REFUSED',
    `The account already has a Worker "${worker}" that mcpwright did not make; it was left as it is.`,
    'Rename or delete that Worker in the dashboard, or publish into another account with `account` in settings.',
  )
}
