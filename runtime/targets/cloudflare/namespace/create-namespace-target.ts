import type { Deployment } from '../../../../src/model/deployment.ts'
import type { DeploymentTarget } from '../../../../src/model/deployment-target.ts'
import { systemClock } from '../../../library/clock.ts'
import { readLogs } from '../read-logs.ts'
import { readSettings } from '../read-settings.ts'
import { cloudflareSettingsSchema, VERSIONED_SETTINGS } from '../settings.ts'
import { readState } from '../state.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { hostedStatus, hostedVersions } from './describe-hosted.ts'
import { scriptPrefix } from './hosted-publishing.ts'
import { hostedLimits } from './hosted-limits.ts'
import type { Hosting } from './hosting.ts'
import { planHosted } from './plan-hosted.ts'
import { publishHosted } from './publish-hosted.ts'
import { refuseUnhostedSettings } from './refuse-unhosted.ts'
import { switchHostedOff, takeHostedDown } from './take-down-hosted.ts'
import { usageOfDay } from '../usage-of-day.ts'
import { CALL_MS, withPublished } from '../with-published.ts'

/**
 * Publishes builds into a dispatch namespace: each server is a script there, behind one dispatcher.
 * @param hostingOf  a server stays in the namespace where it is; undefined: one that was never deployed
 */
export function createNamespaceTarget(
  options: CloudflareTargetOptions,
  hostingOf: (deployment: Deployment | undefined) => Hosting,
): DeploymentTarget {
  const { clock = systemClock } = options
  const within = withPublished(options)

  return {
    name: 'cloudflare',
    settingsSchema: cloudflareSettingsSchema,
    versionedSettings: VERSIONED_SETTINGS,
    async checkSettings(given, deployment) {
      const settings = readSettings(given)
      refuseUnhostedSettings(settings)
      hostedLimits(settings.limits, hostingOf(deployment).limits)
    },
    plan: (request) => planHosted(options, hostingOf(request.deployment), request, AbortSignal.timeout(CALL_MS)),
    apply: (request, signal) => publishHosted(options, hostingOf(request.deployment), request, signal),
    status: (deployment) =>
      within(deployment, { state: 'stopped' }, (account, signal) => hostedStatus(account, deployment, signal)),
    versions: (deployment) => within(deployment, [], (account, signal) => hostedVersions(account, deployment, signal)),
    usage: (deployment) =>
      within(deployment, undefined, (account, signal) => {
        const { namespace } = hostingOf(deployment)
        return usageOfDay(account, { namespace, prefix: scriptPrefix(account.worker.name) }, clock, signal)
      }),
    logs: (deployment, query) =>
      within(deployment, { lines: [] }, (account, signal) => {
        const [serving] = readState(deployment)?.hosted?.scripts ?? []
        // Workers Logs goes by the script: what was logged before the last deploy is that of another.
        const worker = { ...account.worker, name: serving?.name ?? account.worker.name }
        return readLogs({ ...account, worker }, query, [], new Date(clock.now()), signal)
      }),
    stop: (deployment) =>
      within(deployment, undefined, (account, signal) => switchHostedOff(account, deployment, signal)),
    remove: (deployment) =>
      within(deployment, undefined, (account, signal) => takeHostedDown(account, deployment, signal)),
  }
}
