import { hasScript } from '../api/dispatch.ts'
import { VERIFICATION_HEADER } from '../../../library/worker/bindings.ts'
import { withHeaders } from '../call-worker.ts'
import { verify } from '../verify.ts'
import { savedCall } from '../trial.ts'
import { hashOf, verificationCredential } from '../worker-secrets.ts'
import type { WorkerUpload } from '../wrangler/wrangler.ts'
import { openHostedDomain } from './hosted-domain.ts'
import { awaitScript } from './await-script.ts'
import { writeEntry } from './directory.ts'
import { failAndRestore } from './fail-and-restore.ts'
import type { HostedAttempt, HostedScript } from './hosted-state.ts'
import { chooseAttempt, type HostedPublishing, hostedState, tenantScript } from './hosted-publishing.ts'

/**
 * Uploads a script beside the one that serves, closed to all but its verifier; when it has passed it is opened, and the
 * server's name is led to it. One that is there already from before gets the name back without an upload.
 * @throws MetaError DEPLOYMENT_FAILED, TARGET_*: the name leads where it led, and the message says what is left
 */
export async function releaseHosted(publishing: HostedPublishing, signal: AbortSignal): Promise<HostedScript> {
  const { place, request, settings, hosting } = publishing
  const kept = await findKept(publishing, signal)
  const attempt = kept ? { ...kept, ...before(publishing), keeps: publishing.storageBefore } : chooseAttempt(publishing)
  try {
    await note(publishing, attempt, !kept)
    if (settings.domain !== undefined) {
      await openHostedDomain(publishing, hosting.namespace, place, settings.domain, signal)
    }
    // A deploy may have been cut off after its last step: what serves is not closed again.
    const serves = publishing.entry?.serving?.script === attempt.name
    if (!kept && !serves) await tryBeside(publishing, attempt, signal)
    request.tell(`Leading the requests to version ${attempt.version}.`)
    await writeEntry(place, { serving: tenantScript(publishing, attempt) }, signal)
    await awaitScript({ ...awaited(publishing, attempt), credential: 'none' }, signal)
  } catch (error) {
    throw await failAndRestore(publishing, attempt, error, !kept, signal)
  }
  const { name, key, version, at } = attempt
  return { name, key, version, at }
}

async function findKept(publishing: HostedPublishing, signal: AbortSignal): Promise<HostedScript | undefined> {
  const { api, address, key } = publishing
  const found = hostedState(publishing).scripts.find((script) => script.key === key)
  return found && (await hasScript(api, address, found.name, signal)) ? found : undefined
}

function before({ entry }: HostedPublishing): Pick<HostedAttempt, 'before'> {
  return entry?.serving ? { before: entry.serving } : {}
}

/** One that was cut off and is given up stands among the scripts from now on: it may serve, or else is cleared away. */
async function note(publishing: HostedPublishing, attempt: HostedAttempt, isNew: boolean): Promise<void> {
  const { attempt: unfinished, ...state } = hostedState(publishing)
  const isGivenUp = unfinished !== undefined && unfinished.name !== attempt.name
  if (!isNew && !isGivenUp) return
  const scripts = isGivenUp ? withGivenUp(publishing, state.scripts, unfinished) : state.scripts
  await publishing.journal.change({ hosted: { ...state, scripts, ...(isNew && { attempt }) } })
}

function withGivenUp({ entry }: HostedPublishing, scripts: readonly HostedScript[], unfinished: HostedAttempt) {
  const { name, key, version, at } = unfinished
  const serves = entry?.serving?.script === name
  // A key that no deploy has: it is never taken for a finished one.
  return serves ? [{ name, key, version, at }, ...scripts] : [...scripts, { name, key: '', version, at }]
}

async function tryBeside(publishing: HostedPublishing, attempt: HostedAttempt, signal: AbortSignal): Promise<void> {
  const { options, access, request, place, url } = publishing
  const credential = verificationCredential(attempt.name, options.ownKey)
  request.tell(`Uploading version ${attempt.version}.`)
  await options.wrangler.deploy(uploadOf(publishing, attempt, hashOf(credential)), access, signal)
  const trial = tenantScript(publishing, attempt)
  await writeEntry(place, { serving: attempt.before, trial }, signal)
  request.tell(`Trying version ${attempt.version} at ${url}.`)
  await awaitScript({ ...awaited(publishing, attempt), credential }, signal)
  const send = withHeaders(options.fetch, { [VERIFICATION_HEADER]: credential })
  await verify({ url, fetch: send, call: await savedCall(publishing) }, signal)
  await options.wrangler.deploy(uploadOf(publishing, attempt, undefined), access, signal)
  // It is open: whoever has another credential reaches it too.
  await awaitScript({ ...awaited(publishing, attempt), credential: 'none' }, signal)
}

function awaited({ url, options }: HostedPublishing, { name }: HostedAttempt) {
  return { url, script: name, fetch: options.fetch, clock: options.clock }
}

/** @param lock  hash of the verifier's credential; undefined: it is open */
function uploadOf(publishing: HostedPublishing, attempt: HostedAttempt, lock: string | undefined): WorkerUpload {
  const { config, modules, secrets, request, hosting } = publishing
  // As composeConfig wrote them.
  const vars = config['vars'] as Readonly<Record<string, unknown>>
  const which = lock === undefined ? 'version' : 'trial of version'
  return {
    config: {
      ...config,
      name: attempt.name,
      vars: { ...vars, ...(lock !== undefined && { MCP_VERIFICATION_HASH: lock }) },
    },
    modules,
    secrets,
    tag: `mw-${hashOf(attempt.name).slice(0, 12)}-${lock === undefined ? 's' : 't'}`,
    message: `mcpwright: ${which} ${attempt.version} of ${request.server.name}`.slice(0, 100),
    dispatchNamespace: hosting.namespace,
  }
}
