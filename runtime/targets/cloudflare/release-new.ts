import { setShares } from './api/versions.ts'
import { type Attempt, beginAttempt, tagOf } from './attempt.ts'
import { awaitServing } from './await-serving.ts'
import { overrideHeaders, withHeaders } from './call-worker.ts'
import { withoutSessions, type WranglerConfig } from './compose-config.ts'
import { composeUpload, trialHeaders, withForeignBindings } from './compose-upload.ts'
import { failAndGoBack } from './go-back.ts'
import { findByTag, type Publishing, type Served } from './publishing.ts'
import { openReach, settleReach } from './reach-worker.ts'
import { leader, servingShares, sharesBefore, splitTraffic } from './split-traffic.ts'
import { together } from './together.ts'
import { verify } from './verify.ts'
import { waitForVersion } from './wait-for-version.ts'

/**
 * Uploads a version twice: as a trial that answers its verifier alone, and as it will serve. Only when the trial has
 * passed does the other get traffic. What an attempt that was cut off has uploaded is found by its tags.
 * @throws MetaError DEPLOYMENT_FAILED, TARGET_*: the traffic is where it was, and the message says what is left
 */
export async function releaseNew(publishing: Publishing, signal: AbortSignal): Promise<Served> {
  const attempt = chooseAttempt(publishing)
  const { journal, settings } = publishing
  const beginsSessions = settings.sessions && journal.state().hasSessions !== true && !attempt.isFirst
  await journal.change({ attempt })
  try {
    const config = await withForeignBindings(publishing, signal)
    const versionId =
      alreadyServing(publishing, attempt) ??
      (beginsSessions
        ? await releaseWithSessions(publishing, attempt, config, signal)
        : await releaseAfterTrial(publishing, attempt, config, signal))
    const shares = beginsSessions ? [] : splitTraffic(versionId, settings.traffic, attempt.before)
    await awaitServing(publishing, versionId, shares, signal)
    await settleReach(publishing, signal)
    return { versionId, notes: notesOf(publishing, attempt, beginsSessions) }
  } catch (error) {
    throw await failAndGoBack(publishing, attempt, error, signal)
  }
}

function chooseAttempt({ journal, key, shares, versions = [] }: Publishing): Attempt {
  const unfinished = journal.state().attempt
  if (unfinished?.key === key) return unfinished
  const before = sharesBefore(servingShares(shares, versions), unfinished)
  return beginAttempt(key, before, before.length === 0)
}

/** An attempt may have been cut off after its last step. */
function alreadyServing(publishing: Publishing, attempt: Attempt): string | undefined {
  const id = findByTag(publishing, tagOf(publishing.request.deployment.id, attempt, 'serving'))
  return publishing.shares.some(({ versionId, percent }) => versionId === id && percent > 0) ? id : undefined
}

async function releaseAfterTrial(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  signal: AbortSignal,
): Promise<string> {
  const { settings, request, api, worker } = publishing
  const trialId = await startTrial(publishing, attempt, config, signal)
  const [, versionId] = await together(
    signal,
    (either) => passTrial(publishing, attempt, trialId, either),
    (either) => uploadOnce(publishing, attempt, config, either),
  )
  request.tell(`Giving ${settings.traffic} % of the requests to version ${request.build.version}.`)
  const shares = splitTraffic(versionId, settings.traffic, attempt.before)
  const message = `mcpwright: version ${request.build.version}`
  await setShares(api, worker, shares, { message, force: true }, signal)
  return versionId
}

/**
 * A migration of Durable Objects comes with all of the traffic at once, so the code is tried without them before.
 * https://developers.cloudflare.com/workers/versions-and-deployments/gradual-deployments/
 */
async function releaseWithSessions(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  signal: AbortSignal,
): Promise<string> {
  const { options, access, request, journal } = publishing
  const trialId = await startTrial(publishing, attempt, withoutSessions(config), signal)
  await passTrial(publishing, attempt, trialId, signal)
  request.tell(`Putting version ${request.build.version} up with its Durable Objects.`)
  const { versionId } = await options.wrangler.deploy(
    composeUpload(publishing, attempt, 'serving', config),
    access,
    signal,
  )
  await journal.change({ hasSessions: true })
  return versionId
}

/** @returns the id of a version that nobody but its verifier gets an answer from */
async function startTrial(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  signal: AbortSignal,
): Promise<string> {
  const { options, access, request, journal, settings, api, worker } = publishing
  request.tell(`Uploading version ${request.build.version}.`)
  const upload = composeUpload(publishing, attempt, 'trial', config)
  const found = findByTag(publishing, upload.tag)
  const running = leader(attempt.before)
  if (running === undefined) {
    const trialId = found ?? (await options.wrangler.deploy(upload, access, signal)).versionId
    await journal.change({ ...(settings.sessions && { hasSessions: true }) })
    await openReach(publishing, signal)
    return trialId
  }
  const trialId = found ?? (await options.wrangler.uploadVersion(upload, access, signal)).versionId
  await journal.change({})
  await openReach(publishing, signal)
  const shares = [
    { versionId: running, percent: 100 },
    { versionId: trialId, percent: 0 },
  ]
  const message = `mcpwright: tries version ${request.build.version}`
  await setShares(api, worker, shares, { message, force: true }, signal)
  return trialId
}

async function passTrial(
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
  await verify({ url, fetch: send, call: await options.trialCallOf(request) }, signal)
}

async function uploadOnce(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  signal: AbortSignal,
): Promise<string> {
  const upload = composeUpload(publishing, attempt, 'serving', config)
  const found = findByTag(publishing, upload.tag)
  return found ?? (await publishing.options.wrangler.uploadVersion(upload, publishing.access, signal)).versionId
}

function notesOf({ settings }: Publishing, { before }: Attempt, beginsSessions: boolean): string[] {
  const split =
    before.length > 1 ? ['The traffic was split before; while it was tried, the larger part had all of it.'] : []
  if (!beginsSessions) return split
  const share =
    settings.traffic < 100 ? ' It has all of the traffic: a new Durable Object cannot come with a part of it.' : ''
  return [...split, `Its Durable Objects are new, so versions from before cannot come back without an upload.${share}`]
}
