import { createServerBridge } from '../../bridge/serve/create-server-bridge.ts'
import { createServerMetrics } from '../../bridge/serve/server-metrics.ts'
import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import type { IsolationLayers } from '../../runtime/supervisor/isolation-layers.ts'
import { createLocalTarget, type LocalTarget } from '../../runtime/targets/local/create-local-target.ts'
import { defaults } from '../config/defaults.ts'
import { findFreePort } from '../net/free-port.ts'
import { brokerFor, childEnvironment } from '../pipeline/deployment-broker.ts'
import { createServerSchedule, type ServerSchedule } from '../pipeline/server-schedule.ts'
import type { Services } from '../pipeline/services.ts'
import type { UsageCounter } from '../pipeline/usage-counter.ts'

type Needed = Pick<
  Services,
  'config' | 'daemonId' | 'db' | 'egress' | 'secrets' | 'vault' | 'redactor' | 'sandbox' | 'connections'
> & { readonly taskSandbox: Sandbox; readonly usage: UsageCounter; readonly layers: IsolationLayers }

export interface OpenedLocalTarget extends Pick<Services, 'reachServer'> {
  readonly target: LocalTarget
  /** The calls that servers here have put off, which come to them as any other. */
  readonly schedule: ServerSchedule
}

/** The target `local`: builds run here as child processes, with what they may do with the world. */
export function openLocalTarget(needed: Needed): OpenedLocalTarget {
  const { config, db, daemonId, secrets, vault, redactor, usage, layers } = needed
  const reachServer: Services['reachServer'] = ({ slug }) => target.bridge(slug)
  const schedule = createServerSchedule({ db, daemonId, reachServer })
  const target = createLocalTarget({
    dataDirectory: config.home,
    createBridge: createServerBridge,
    createMetrics: createServerMetrics,
    redactLog: redactor.redactLog,
    bridgeLimits: defaults.bridge,
    layers,
    memoryMiB: defaults.child.memoryMiB,
    findFreePort: () => findFreePort(config.portRange),
    createBroker: (request, log) => brokerFor(request, log, { ...needed, schedule }),
    environment: (request) => childEnvironment(request, { secrets, vault }),
    onRequest: ({ deployment }) => usage.count(deployment.id),
  })
  return { target, schedule, reachServer }
}
