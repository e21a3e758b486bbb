import type { DeploymentTarget } from '../../../src/model/deployment-target.ts'
import { systemClock } from '../../library/clock.ts'
import { publishedVersions, statusOf } from './describe-published.ts'
import { plan } from './plan.ts'
import { publish } from './publish.ts'
import { readLogs } from './read-logs.ts'
import { readSettings } from './read-settings.ts'
import { cloudflareSettingsSchema, VERSIONED_SETTINGS } from './settings.ts'
import { createLiveTails } from './tail/live-tails.ts'
import { switchOff, takeDown } from './take-down.ts'
import type { CloudflareTargetOptions } from './target-options.ts'
import { usageOfDay } from './usage-of-day.ts'
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
    versionedSettings: VERSIONED_SETTINGS,
    async checkSettings(settings) {
      readSettings(settings)
    },
    plan: (request) => plan(options, request, AbortSignal.timeout(CALL_MS)),
    apply: (request, signal) => publish(options, request, signal),
    status: (deployment) =>
      within(deployment, { state: 'stopped' }, (account, signal) => statusOf(account, deployment, signal)),
    versions: (deployment) =>
      within(deployment, [], (account, signal) => publishedVersions(account, deployment, signal)),
    usage: (deployment) =>
      within(deployment, undefined, (account, signal) =>
        usageOfDay(account, { worker: account.worker.name }, clock, signal),
      ),
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
