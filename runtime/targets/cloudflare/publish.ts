import type { AppliedDeployment, DeploymentRequest } from '../../../src/model/deployment-target.ts'
import { listVersions, readShares } from './api/versions.ts'
import { bindingNames, composeConfig, hasObjects, limitsOf, neededStorage } from './compose-config.ts'
import { ensureStorage } from './ensure-storage.ts'
import { lacksLoginSecret, loginSecretMissing } from './login-secret.ts'
import { openJournal } from './journal.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { Publishing } from './publishing.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { releaseKept } from './release-kept.ts'
import { releaseKey } from './release-key.ts'
import { releaseNew } from './release-new.ts'
import { callersOf, type CloudflareState, withServing } from './state.ts'
import type { CloudflareTargetOptions } from './target-options.ts'

/**
 * Puts a build up as a Worker: a version that the platform still has from before gets the traffic again, another one is
 * uploaded, tried and released. Goes on where one that was cut off ended.
 * @throws MetaError DEPLOYMENT_FAILED, SECRET_MISSING and those of `prepare`, with what is left at the platform
 */
export async function publish(
  options: CloudflareTargetOptions,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<AppliedDeployment> {
  const prepared = await prepare(options, request, signal)
  if (lacksLoginSecret(prepared)) throw loginSecretMissing(request)
  const publishing = await find(options, request, prepared, signal)
  const gone = noteGone(publishing, prepared.state)
  const kept = await releaseKept(publishing, signal)
  const { versionId, shares, notes } = kept.served ?? (await releaseNew(publishing, signal))
  const { journal, settings, secrets, config, key, url, missing, remarks } = publishing
  const served = { id: versionId, key, version: request.build.version }
  const { domain: _before, ...state } = withServing(journal.state(), served)
  const emptied = (state.secrets ?? []).filter((name) => !(name in secrets))
  await journal.replace({
    ...state,
    bindings: [...bindingNames(config), ...emptied],
    limits: limitsOf(config),
    // While an older version serves too, callers bring what it asks: the new one takes the key before its own as well.
    ...((shares.length < 2 || !state.callers) && callersOf(settings)),
    ...(!kept.served && { secrets: Object.keys(secrets) }),
    ...(hasObjects(config) && { hasObjects: true }),
    ...(settings.domain !== undefined && { domain: settings.domain }),
  })
  const told = [...gone, ...kept.notes, ...notes, ...remarks, ...missing.map(noteMissing)]
  return { endpointUrl: `${url}/mcp`, port: null, ...(told.length > 0 && { notes: told }) }
}

/** Looks at what there is, and makes the storage that the configuration names. */
async function find(
  options: CloudflareTargetOptions,
  request: DeploymentRequest,
  { state, ...prepared }: Prepared,
  signal: AbortSignal,
): Promise<Publishing> {
  const { api, worker, settings, secrets } = prepared
  const { files, digest } = request.build
  const versions = await listVersions(api, worker, signal)
  refuseForeign(versions, worker.name, request.deployment.id, state)
  const journal = openJournal(firstState(prepared, state, versions !== undefined), request, signal)
  const storage = await ensureStorage(api, worker, neededStorage(files, settings), journal, signal)
  const config = composeConfig({ files, settings, worker: worker.name, storage })
  const key = releaseKey({ digest, config, secrets }, options.ownKey)
  const shares = versions ? await readShares(api, worker, signal) : []
  return {
    ...prepared,
    options,
    request,
    journal,
    config,
    key,
    versions,
    storageBefore: [state?.databaseId, state?.namespaceId].filter((id) => id !== undefined),
    shares,
  }
}

/** A Worker that is gone took its versions and Durable Objects along. */
function firstState(
  { worker }: Pick<Prepared, 'worker'>,
  state: CloudflareState | undefined,
  exists: boolean,
): CloudflareState {
  const { accountId, name } = worker
  if (state && exists) return state
  const { databaseId, namespaceId, makes } = state ?? {}
  return {
    accountId,
    worker: name,
    versions: [],
    bindings: [],
    ...(makes !== undefined && { makes }),
    ...(databaseId !== undefined && { databaseId }),
    ...(namespaceId !== undefined && { namespaceId }),
  }
}

/** Somebody has deleted the Worker, and with it what its Durable Objects kept; D1 and KV are not part of it. */
function noteGone({ versions, worker }: Publishing, before: CloudflareState | undefined): string[] {
  if (versions !== undefined || !before?.versions.length) return []
  const objects = before.hasObjects ? ' What its Durable Objects kept is gone.' : ''
  return [`Cloudflare had no Worker "${worker.name}" any more: it was made anew.${objects}`]
}

export function noteMissing(name: string): string {
  return `The secret "${name}" has no value yet: tools that need it fail until it is entered and deployed again.`
}
