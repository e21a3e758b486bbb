import type { Deployment } from '../../../../src/model/deployment.ts'
import type { DeploymentTarget } from '../../../../src/model/deployment-target.ts'
import { type CloudflareTarget, createCloudflareTarget } from '../create-cloudflare-target.ts'
import { readState } from '../state.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { createNamespaceTarget } from './create-namespace-target.ts'
import type { Hosting } from './hosting.ts'

/** How new servers are hosted; without a namespace each is a Worker of its own. */
export type HostingChoice = Pick<Hosting, 'limits' | 'platform'> & { readonly namespace: string | undefined }

/**
 * Publishes each server where it is already, as a Worker of its own or in a dispatch namespace; a new one, or one that
 * has nothing left there, goes where the setting says.
 */
export function createPlacedTarget(
  options: CloudflareTargetOptions,
  { namespace, ...choice }: HostingChoice,
): CloudflareTarget {
  const own = createCloudflareTarget(options)
  const hosted = createNamespaceTarget(options, (deployment) => ({
    ...choice,
    namespace: (deployment && readState(deployment)?.hosted?.namespace) ?? namespace ?? '',
  }))

  function placeOf(deployment: Deployment | undefined): DeploymentTarget {
    const state = deployment && readState(deployment)
    if (state?.hosted) return hosted
    const isOnItsOwn = state !== undefined && (state.versions.length > 0 || state.attempt !== undefined)
    return namespace === undefined || isOnItsOwn ? own : hosted
  }

  return {
    ...own,
    checkSettings: (settings, deployment) => placeOf(deployment).checkSettings(settings),
    plan: (request) => placeOf(request.deployment).plan(request),
    apply: (request, signal) => placeOf(request.deployment).apply(request, signal),
    status: (deployment) => placeOf(deployment).status(deployment),
    logs: (deployment, query) => placeOf(deployment).logs(deployment, query),
    versions: async (deployment) => (await placeOf(deployment).versions?.(deployment)) ?? [],
    usage: async (deployment) => placeOf(deployment).usage?.(deployment),
    stop: (deployment) => placeOf(deployment).stop(deployment),
    remove: (deployment) => placeOf(deployment).remove(deployment),
  }
}
