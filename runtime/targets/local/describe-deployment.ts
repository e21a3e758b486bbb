import type { ServerBridge } from '../../../bridge/serve/server-bridge.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentRequest, TargetStatus } from '../../../src/model/deployment-target.ts'

/** Behind the broker where the build can be, else the server that stands alone. @throws MetaError DEPLOYMENT_FAILED */
export function bundleName({ build, server }: DeploymentRequest): string {
  const name = ['local.mjs', 'dist/local.mjs', 'stdio.mjs', 'dist/stdio.mjs'].find((path) => path in build.artefacts)
  if (name !== undefined) return name
  throw new MetaError(
    'DEPLOYMENT_FAILED',
    `Version ${build.version} of "${server.name}" has no bundle that can run here.`,
    'Deploy it again, so that it is built anew.',
  )
}

/** A bridge's state in the words of every target. */
export function statusOf(bridge: ServerBridge | undefined): TargetStatus {
  if (!bridge) return { state: 'stopped' }
  const { state, reason, pid } = bridge.health()
  const states = {
    asleep: 'asleep',
    starting: 'starting',
    waiting: 'starting',
    running: 'running',
    crashed: 'failed',
    closed: 'stopped',
  } as const
  return { state: states[state], ...(reason !== undefined && { message: reason }), ...(pid !== undefined && { pid }) }
}

/** What `apply` will do, in words. */
export function planSteps(request: DeploymentRequest, directory: string, isUp: boolean): string[] {
  const { server, deployment, build, hosts } = request
  const port = deployment.port === null ? 'a free port' : `port ${deployment.port}`
  return [
    `Write version ${build.version} of "${server.name}" to ${directory}.`,
    hosts.length === 0 ? 'Start it; it may reach no host.' : `Start it; it may reach ${hosts.join(', ')}.`,
    isUp
      ? 'When it answers, put it in the place of the version that runs.'
      : `When it answers, listen on 127.0.0.1, ${port}.`,
  ]
}
