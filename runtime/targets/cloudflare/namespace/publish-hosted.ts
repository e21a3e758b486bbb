import type { AppliedDeployment, DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import { deleteScript } from '../api/dispatch.ts'
import { neededStorage } from '../compose-config.ts'
import { ensureStorage } from '../ensure-storage.ts'
import { openJournal } from '../journal.ts'
import { lacksLoginSecret, loginSecretMissing } from '../login-secret.ts'
import { noteMissing } from '../publish.ts'
import { releaseKey } from '../release-key.ts'
import { callersOf, type CloudflareState } from '../state.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { readEntry } from './directory.ts'
import { ensurePlatform } from './ensure-platform.ts'
import { closeHostedDomain } from './hosted-domain.ts'
import { hostedConfig } from './hosted-config.ts'
import { type HostedPublishing, hostedState } from './hosted-publishing.ts'
import { noteKnownHosts } from './issuer-hosts.ts'
import { type HostedScript, KEPT_SCRIPTS } from './hosted-state.ts'
import type { Hosting } from './hosting.ts'
import { type PreparedHosted, prepareHosted } from './prepare-hosted.ts'
import { releaseHosted } from './release-hosted.ts'

/**
 * Puts a build up as a script of a dispatch namespace, and what stands around that where it is not there yet. Goes on
 * where one that was cut off ended.
 * @throws MetaError DEPLOYMENT_FAILED, SECRET_MISSING and those of `prepareHosted`, with what is left at the platform
 */
export async function publishHosted(
  options: CloudflareTargetOptions,
  hosting: Hosting,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<AppliedDeployment> {
  const prepared = await prepareHosted(options, hosting, request, signal)
  if (lacksLoginSecret(prepared)) throw loginSecretMissing(request)
  const publishing = await find(options, hosting, request, prepared, signal)
  const served = await releaseHosted(publishing, signal)
  await settle(publishing, served, signal)
  const { fault } = prepared.issuer
  const notes = [
    ...prepared.remarks,
    ...prepared.missing.map(noteMissing),
    ...(fault === undefined ? [] : [noteKnownHosts(fault)]),
  ]
  return { endpointUrl: `${prepared.url}/mcp`, port: null, ...(notes.length > 0 && { notes }) }
}

async function find(
  options: CloudflareTargetOptions,
  hosting: Hosting,
  request: DeploymentRequest,
  { state, ...prepared }: PreparedHosted,
  signal: AbortSignal,
): Promise<HostedPublishing> {
  const { api, worker, settings, secrets } = prepared
  const { files, digest } = request.build
  const directory = await ensurePlatform(prepared, hosting, options.wrangler, signal)
  const place = { api, directory, name: worker.name, deploymentId: request.deployment.id }
  const entry = await readEntry(place, signal)
  const journal = openJournal(state ?? firstState(prepared, hosting), request, signal)
  const storage = await ensureStorage(api, worker, neededStorage(files, settings), journal, signal)
  const config = hostedConfig({ files, settings, worker: worker.name, storage })
  return {
    ...prepared,
    options,
    hosting,
    request,
    journal,
    address: { accountId: worker.accountId, namespace: hosting.namespace },
    place,
    config,
    key: releaseKey({ digest, config, secrets }, options.ownKey),
    entry,
    storageBefore: [state?.databaseId, state?.namespaceId].filter((id) => id !== undefined),
  }
}

function firstState(
  { worker: { accountId, name } }: Pick<PreparedHosted, 'worker'>,
  { namespace }: Hosting,
): CloudflareState {
  return { accountId, worker: name, versions: [], bindings: [], hosted: { namespace, scripts: [] } }
}

/** Notes what serves, and takes away the scripts that no rollback needs, and a domain that it no longer has. */
async function settle(publishing: HostedPublishing, served: HostedScript, signal: AbortSignal): Promise<void> {
  const { api, address, allowed, issuer, journal, place, settings } = publishing
  const { domain, ...rest } = journal.state()
  const state = { ...rest, limits: allowed.limits, ...callersOf(settings) }
  const { attempt: _done, ...before } = hostedState(publishing)
  const hosted = { ...before, issuer: { of: issuer.of, hosts: issuer.hosts } }
  const scripts = [served, ...hosted.scripts.filter(({ name }) => name !== served.name)]
  await journal.replace({ ...state, ...(domain !== undefined && { domain }), hosted: { ...hosted, scripts } })
  for (const script of scripts.slice(KEPT_SCRIPTS)) await deleteScript(api, address, script.name, signal)
  if (domain !== undefined && domain !== settings.domain) {
    await closeHostedDomain(publishing, address.namespace, place, domain, signal)
  }
  const kept = { ...hosted, scripts: scripts.slice(0, KEPT_SCRIPTS) }
  await journal.replace({ ...state, ...(settings.domain !== undefined && { domain: settings.domain }), hosted: kept })
}
