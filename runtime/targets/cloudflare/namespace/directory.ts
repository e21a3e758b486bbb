import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { DeploymentId } from '../../../../src/model/ids.ts'
import type { CloudflareApi } from '../api/cloudflare-api.ts'
import { deleteValues, type KeyValueAddress, readValues, writeValues } from '../api/key-values.ts'
import { tagPrefix } from '../attempt.ts'
import { hostKey, serverKey, type TenantEntry, type TenantScript } from '../platform/tenant-entry.ts'

/** One server's place in the directory that the dispatcher reads. */
export interface DirectoryPlace {
  readonly api: CloudflareApi
  readonly directory: KeyValueAddress
  /** Of the server: the first part of its path. */
  readonly name: string
  readonly deploymentId: DeploymentId
}

/**
 * @returns undefined when the name leads nowhere
 * @throws MetaError TARGET_REFUSED when it is another deployment's
 */
export async function readEntry(place: DirectoryPlace, signal: AbortSignal): Promise<TenantEntry | undefined> {
  const [text] = await readValues(place.api, place.directory, [serverKey(place.name)], signal)
  if (text === undefined) return undefined
  // As writeEntry wrote it.
  const entry = JSON.parse(text) as TenantEntry
  if (entry.owner === tagPrefix(place.deploymentId)) return entry
  throw taken(`The name "${place.name}"`)
}

/** With neither of the two the name leads nowhere. */
export async function writeEntry(
  place: DirectoryPlace,
  scripts: { readonly serving?: TenantScript | undefined; readonly trial?: TenantScript },
  signal: AbortSignal,
): Promise<void> {
  const { api, directory, name, deploymentId } = place
  const { serving, trial } = scripts
  if (!serving && !trial) return deleteValues(api, directory, [serverKey(name)], signal)
  const entry: TenantEntry = { owner: tagPrefix(deploymentId), ...(serving && { serving }), ...(trial && { trial }) }
  await writeValues(api, directory, { [serverKey(name)]: JSON.stringify(entry) }, signal)
}

/** @throws MetaError TARGET_REFUSED when the host leads to another server of the namespace */
export async function writeHost({ api, directory, name }: DirectoryPlace, host: string, signal: AbortSignal) {
  const [found] = await readValues(api, directory, [hostKey(host)], signal)
  if (found === name) return
  if (found !== undefined) throw taken(`The domain "${host}"`)
  await writeValues(api, directory, { [hostKey(host)]: name }, signal)
}

export async function isOwnHost(place: DirectoryPlace, host: string, signal: AbortSignal): Promise<boolean> {
  const [found] = await readValues(place.api, place.directory, [hostKey(host)], signal)
  return found === place.name
}

/** Safe to repeat. */
export async function deleteHost(place: DirectoryPlace, host: string, signal: AbortSignal): Promise<void> {
  await deleteValues(place.api, place.directory, [hostKey(host)], signal)
}

function taken(what: string): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `${what} already belongs to another server of the namespace; it was left as it is.`,
    'Choose another name or `domain`, or delete that server first.',
  )
}
