import type { DeploymentTarget, TargetUsage } from '../../../src/model/deployment-target.ts'
import { type Clock, systemClock } from '../../library/clock.ts'
import { readUsage } from './api/usage.ts'
import { publishedVersions, statusOf } from './describe-published.ts'
import type { OpenAccount } from './open-account.ts'
import { plan } from './plan.ts'
import { publish } from './publish.ts'
import { readLogs } from './read-logs.ts'
import { readSettings } from './read-settings.ts'
import { cloudflareSettingsSchema } from './settings.ts'
import { createLiveTails } from './tail/live-tails.ts'
import { switchOff, takeDown } from './take-down.ts'
import type { CloudflareTargetOptions } from './target-options.ts'
import { CALL_MS, withPublished } from './with-published.ts'

export interface CloudflareTarget extends Required<DeploymentTarget> {
  /** Ends what it has running here. */
  close(): Promise<void>
}

/** Publishes builds as Cloudflare Workers: each server is one Worker, each deploy a version of it. */
export function createCloudflareTarget(options: CloudflareTargetOptions): CloudflareTarget {
  const { clock = systemClock } = options
  const tails = createLiveTails(options.wrangler, clock)
  const within = withPublished(options)

  return {
    name: 'cloudflare',
    settingsSchema: cloudflareSettingsSchema,
    async checkSettings(settings) {
      readSettings(settings)
    },
    plan: (request) => plan(options, request, AbortSignal.timeout(CALL_MS)),
    apply: (request, signal) => publish(options, request, signal),
    status: (deployment) =>
      within(deployment, { state: 'stopped' }, (account, signal) => statusOf(account, deployment, signal)),
    versions: (deployment) =>
      within(deployment, [], (account, signal) => publishedVersions(account, deployment, signal)),
    usage: (deployment) => within(deployment, undefined, (account, signal) => usageOf(account, clock, signal)),
    logs: (deployment, query) =>
      within(deployment, { lines: [] }, (account, signal) => {
        const live = tails.lines(account.worker.name, account.access)
        return readLogs(account, query, live, new Date(clock.now()), signal)
      }),
    stop: (deployment) => within(deployment, undefined, (account, signal) => switchOff(account, deployment, signal)),
    remove: (deployment) => within(deployment, undefined, (account, signal) => takeDown(account, deployment, signal)),
    close: () => tails.close(),
  }
}

/** Of the last day. */
async function usageOf({ api, worker }: OpenAccount, clock: Clock, signal: AbortSignal): Promise<TargetUsage> {
  const until = new Date(clock.now())
  const since = new Date(until.getTime() - USAGE_MS)
  return { since, ...(await readUsage(api, worker, { since, until }, signal)) }
}

const USAGE_MS = 24 * 60 * 60 * 1_000
