import { setShares } from './api/versions.ts'
import type { Attempt, Share } from './attempt.ts'
import { overrideHeaders, withHeaders } from './call-worker.ts'
import { hasObjects, type WranglerConfig } from './compose-config.ts'
import { composeUpload, trialHeaders } from './compose-upload.ts'
import { findByTag, type Publishing } from './publishing.ts'
import { isStopped, openReach } from './reach-worker.ts'
import { leader } from './split-traffic.ts'
import type { TrialCall } from './target-options.ts'
import { verify } from './verify.ts'
import { waitForVersion } from './wait-for-version.ts'

/**
 * Puts a version where its verifier reaches it: alone and locked at a first deploy and where the server is stopped, else
 * without traffic beside what runs.
 * @returns its id
 */
export async function startTrial(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  signal: AbortSignal,
): Promise<string> {
  const { options, access, request, journal, api, worker } = publishing
  request.tell(`Uploading version ${request.build.version}.`)
  const upload = composeUpload(publishing, attempt, 'trial', config)
  const found = findByTag(publishing, upload.tag)
  const running = leader(attempt.before)
  if (running === undefined) {
    const trialId = found ?? (await options.wrangler.deploy(upload, access, signal)).versionId
    if (hasObjects(config)) await journal.change({ hasObjects: true })
    await openReach(publishing, signal)
    return trialId
  }
  const trialId = found ?? (await options.wrangler.uploadVersion(upload, access, signal)).versionId
  const message = `mcpwright: tries version ${request.build.version}`
  const give = (shares: readonly Share[]) => setShares(api, worker, shares, { message, force: true }, signal)
  if (isStopped(request)) {
    // What ran before the stop stays closed: the address opens when the locked version has all of the traffic.
    await give([{ versionId: trialId, percent: 100 }])
    await openReach(publishing, signal)
    return trialId
  }
  await openReach(publishing, signal)
  await give([
    { versionId: running, percent: 100 },
    { versionId: trialId, percent: 0 },
  ])
  return trialId
}

/**
 * Waits until the trial answers, and talks to it as a client would.
 * @throws MetaError DEPLOYMENT_FAILED
 */
export async function passTrial(
  publishing: Publishing,
  attempt: Attempt,
  trialId: string,
  signal: AbortSignal,
): Promise<void> {
  const { options, request, url, worker } = publishing
  request.tell(`Trying version ${request.build.version} at ${url}.`)
  const headers = { ...trialHeaders(publishing, attempt), ...overrideHeaders(worker.name, trialId) }
  const send = withHeaders(options.fetch, headers)
  await waitForVersion({ url, versionId: trialId, fetch: send, clock: options.clock }, signal)
  await verify({ url, fetch: send, call: await savedCall(publishing) }, signal)
}

/**
 * The saved test that a version is tried with. None while a secret has no value: the test would fail for that alone, and
 * the deploy says which one it is.
 */
export async function savedCall({
  options,
  request,
  missing,
}: Pick<Publishing, 'options' | 'request' | 'missing'>): Promise<TrialCall | undefined> {
  return missing.length > 0 ? undefined : options.trialCallOf(request)
}
