import { setShares } from './api/versions.ts'
import { type Attempt, beginAttempt, tagOf } from './attempt.ts'
import { awaitServing } from './await-serving.ts'
import { hasObjects, withoutObjects, type WranglerConfig } from './compose-config.ts'
import { composeUpload, withForeignBindings } from './compose-upload.ts'
import { failAndGoBack } from './go-back.ts'
import { findByTag, type Publishing, type Served } from './publishing.ts'
import { settleReach } from './reach-worker.ts'
import { withRetiredSecrets } from './retired-secrets.ts'
import { noteShare, servingShares, sharesBefore, splitTraffic } from './split-traffic.ts'
import { together } from './together.ts'
import { passTrial, startTrial } from './trial.ts'

/**
 * Uploads a version twice: as a trial that answers its verifier alone, and as it will serve. Only when the trial has
 * passed does the other get traffic. What an attempt that was cut off has uploaded is found by its tags.
 * @throws MetaError DEPLOYMENT_FAILED, TARGET_*: the traffic is where it was, and the message says what is left
 */
export async function releaseNew(publishing: Publishing, signal: AbortSignal): Promise<Served> {
  const attempt = chooseAttempt(publishing)
  const { journal, settings, secrets } = publishing
  const { secrets: sent = [] } = journal.state()
  const beginsObjects = hasObjects(publishing.config) && journal.state().hasObjects !== true && !attempt.isFirst
  await journal.change({ attempt, secrets: [...new Set([...sent, ...Object.keys(secrets)])] })
  let isOpen = false
  const opens = (): void => void (isOpen = true)
  try {
    const config = withRetiredSecrets(await withForeignBindings(publishing, signal), sent, secrets)
    const versionId =
      alreadyServing(publishing, attempt) ??
      (beginsObjects
        ? await releaseWithObjects(publishing, attempt, config, opens, signal)
        : await releaseAfterTrial(publishing, attempt, config, opens, signal))
    opens()
    const shares = beginsObjects ? [] : splitTraffic(versionId, settings.traffic, attempt.before)
    await awaitServing(publishing, versionId, shares, signal)
    await settleReach(publishing, signal)
    return {
      versionId,
      shares,
      notes: [...notesOf(publishing, attempt, beginsObjects), ...noteShare(versionId, shares)],
    }
  } catch (error) {
    throw await failAndGoBack(publishing, { ...attempt, isOpen }, error, signal)
  }
}

function chooseAttempt({ journal, key, shares, storageBefore, versions = [] }: Publishing): Attempt {
  const unfinished = journal.state().attempt
  if (unfinished?.key === key) return unfinished
  const before = sharesBefore(servingShares(shares, versions), unfinished)
  return beginAttempt({ key, before, isFirst: before.length === 0, keeps: unfinished?.keeps ?? storageBefore })
}

/** An attempt may have been cut off after its last step. */
function alreadyServing(publishing: Publishing, attempt: Attempt): string | undefined {
  const id = findByTag(publishing, tagOf(publishing.request.deployment.id, attempt, 'serving'))
  return publishing.shares.some(({ versionId, percent }) => versionId === id && percent > 0) ? id : undefined
}

/** @param opens  told before callers can reach the new version */
async function releaseAfterTrial(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  opens: () => void,
  signal: AbortSignal,
): Promise<string> {
  const { settings, request, api, worker } = publishing
  // There is no Worker yet that a second version could be added to.
  const firstId = attempt.isFirst ? await startTrial(publishing, attempt, config, signal) : undefined
  const [, versionId] = await together(
    signal,
    async (either) => {
      const trialId = firstId ?? (await startTrial(publishing, attempt, config, either))
      await passTrial(publishing, attempt, trialId, either)
    },
    (either) => uploadOnce(publishing, attempt, config, either),
  )
  request.tell(`Giving ${settings.traffic} % of the requests to version ${request.build.version}.`)
  const shares = splitTraffic(versionId, settings.traffic, attempt.before)
  const message = `mcpwright: version ${request.build.version}`
  opens()
  await setShares(api, worker, shares, { message, force: true }, signal)
  return versionId
}

/**
 * A migration of Durable Objects comes with all of the traffic at once, so the code is tried without them before.
 * https://developers.cloudflare.com/workers/versions-and-deployments/gradual-deployments/
 */
async function releaseWithObjects(
  publishing: Publishing,
  attempt: Attempt,
  config: WranglerConfig,
  opens: () => void,
  signal: AbortSignal,
): Promise<string> {
  const { options, access, request, journal } = publishing
  const trialId = await startTrial(publishing, attempt, withoutObjects(config), signal)
  await passTrial(publishing, attempt, trialId, signal)
  request.tell(`Putting version ${request.build.version} up with its Durable Objects.`)
  opens()
  const { versionId } = await options.wrangler.deploy(
    composeUpload(publishing, attempt, 'serving', config),
    access,
    signal,
  )
  await journal.change({ hasObjects: true })
  return versionId
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

function notesOf({ settings }: Publishing, { before }: Attempt, beginsObjects: boolean): string[] {
  const split =
    before.length > 1 ? ['The traffic was split before; while it was tried, the larger part had all of it.'] : []
  if (!beginsObjects) return [...split, ...(settings.traffic < 100 && before.length === 0 ? [FIRST] : [])]
  const share =
    settings.traffic < 100 ? ' It has all of the traffic: a new Durable Object cannot come with a part of it.' : ''
  return [...split, `Its Durable Objects are new, so versions from before cannot come back without an upload.${share}`]
}

const FIRST = 'It is the first version, so it has all of the traffic.'
