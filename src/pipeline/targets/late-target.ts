import type { DeploymentTarget } from '../../model/deployment-target.ts'

/** Every member, so that none is forgotten on the way to the target itself. */
export interface ClosableTarget extends Required<DeploymentTarget> {
  /** Ends what it has running here; deployments stay up. */
  close(): Promise<void>
}

/** A target whose program is loaded when something is first asked of it: most daemons never need it. */
export function lateTarget(
  { name, settingsSchema, versionedSettings }: Pick<DeploymentTarget, 'name' | 'settingsSchema' | 'versionedSettings'>,
  load: () => Promise<ClosableTarget>,
): ClosableTarget {
  let loading: Promise<ClosableTarget> | undefined
  const target = (): Promise<ClosableTarget> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    name,
    settingsSchema,
    versionedSettings,
    checkSettings: async (settings, deployment) => (await target()).checkSettings(settings, deployment),
    plan: async (request) => (await target()).plan(request),
    apply: async (request, signal) => (await target()).apply(request, signal),
    status: async (deployment) => (await target()).status(deployment),
    logs: async (deployment, query) => (await target()).logs(deployment, query),
    versions: async (deployment) => (await target()).versions(deployment),
    usage: async (deployment) => (await target()).usage(deployment),
    stop: async (deployment) => (await target()).stop(deployment),
    remove: async (deployment) => (await target()).remove(deployment),
    close: async () => (await loading)?.close(),
  }
}
