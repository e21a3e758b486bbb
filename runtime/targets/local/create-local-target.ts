import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { StartChild } from '../../../bridge/serve/child.ts'
import type { BridgeLimits, BridgeOptions, ServerBridge } from '../../../bridge/serve/server-bridge.ts'
import type { ServerMetrics, ServerMetricsOptions } from '../../../bridge/serve/server-metrics.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { Deployment } from '../../../src/model/deployment.ts'
import type {
  AppliedDeployment,
  DeploymentRequest,
  DeploymentTarget,
  LogLine,
} from '../../../src/model/deployment-target.ts'
import type { Broker } from '../../supervisor/broker.ts'
import type { IsolationLayers } from '../../supervisor/isolation-layers.ts'
import { startNodeChild } from '../../supervisor/start-node-child.ts'
import { residentBytes } from '../../supervisor/watch-memory.ts'
import { answerRequest, answerUpgrade, mergeMetrics, type ReachableServer } from './answer-request.ts'
import { bundleName, planSteps, statusOf } from './describe-deployment.ts'
import { openDeploymentLog, type DeploymentLog } from './deployment-log.ts'
import { openListener, type Listener } from './open-listener.ts'
import { removeArtefacts, writeArtefacts } from './write-artefacts.ts'

export type WriteLog = (level: LogLine['level'], message: string) => void

export interface LocalTargetOptions {
  readonly dataDirectory: string
  readonly createBridge: (options: BridgeOptions) => ServerBridge
  readonly createMetrics: (options: ServerMetricsOptions) => ServerMetrics
  readonly bridgeLimits: BridgeLimits
  readonly layers: IsolationLayers
  readonly memoryMiB: number
  /** @throws MetaError PORT_RANGE_FULL */
  readonly findFreePort: () => Promise<number>
  /** Takes out what no log may hold. */
  readonly redactLog?: (text: string) => string
  /** What the server may do with the world. What its tools log goes to `log`. */
  readonly createBroker: (request: DeploymentRequest, log: WriteLog) => Broker
  /** All that the child finds in its environment. */
  readonly environment?: (request: DeploymentRequest) => Readonly<Record<string, string>>
  /** Called for every JSON-RPC request that a client makes. */
  readonly onRequest?: (request: DeploymentRequest) => void
}

/** Runs builds as child processes of this daemon, each behind a bridge and a loopback port of its own. */
export interface LocalTarget extends DeploymentTarget {
  bridge(slug: string): ServerBridge | undefined
  /** As `apply`, for what ran before this daemon started: the server sleeps until its first request. */
  restore(request: DeploymentRequest): Promise<AppliedDeployment>
  /**
   * Answers a request to a deployment that is mounted elsewhere than on its own port. The body must not have been read.
   * @param path  below the mount: `/mcp`, `/sse`, `/messages`, `/health`, `/ready`, `/metrics`
   */
  handleDeploymentRequest(slug: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** As `handleDeploymentRequest`, for a WebSocket at `/mcp/stream`. */
  handleDeploymentUpgrade(slug: string, path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Of all servers, for Prometheus. */
  metrics(): Promise<string>
  /** How many servers are up here, asleep or not. */
  runningCount(): number
  closeAll(): Promise<void>
}

interface Running extends MeteredBridge {
  readonly listener: Listener
  request: DeploymentRequest
}

interface MeteredBridge {
  readonly bridge: ServerBridge
  readonly metrics: ServerMetrics
}

export function createLocalTarget(options: LocalTargetOptions): LocalTarget {
  const running = new Map<string, Running>()
  const logs = new Map<string, Promise<DeploymentLog>>()

  function directoryOf(slug: string): string {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(slug)) throw new Error(`"${slug}" is not a slug.`)
    return join(options.dataDirectory, 'deployments', slug)
  }

  function logOf(slug: string): Promise<DeploymentLog> {
    const log = logs.get(slug) ?? openDeploymentLog(join(directoryOf(slug), 'log.jsonl'), options.redactLog)
    logs.set(slug, log)
    return log
  }

  async function prepare(
    request: DeploymentRequest,
  ): Promise<{ startChild: StartChild; folder: string; log: WriteLog }> {
    const { deployment, build } = request
    const folder = await writeArtefacts(directoryOf(deployment.slug), build.artefacts)
    const log = (await logOf(deployment.slug)).write
    const broker = options.createBroker(request, log)
    const bundlePath = join(folder, bundleName(request))
    const startChild: StartChild = () =>
      startNodeChild({
        bundlePath,
        cwd: folder,
        env: options.environment?.(request) ?? {},
        memoryMiB: options.memoryMiB,
        broker,
        layers: options.layers,
      })
    return { startChild, folder, log }
  }

  function createBridge(request: DeploymentRequest, startChild: StartChild, onLog: WriteLog): MeteredBridge {
    const { slug } = request.deployment
    const metrics = options.createMetrics({ server: slug, health: () => bridge.health(), residentBytes })
    const bridge = options.createBridge({
      name: request.server.name,
      limits: options.bridgeLimits,
      startChild,
      onLog,
      onRequest: () => options.onRequest?.(running.get(slug)?.request ?? request),
      onAnswered: metrics.onAnswered,
    })
    return { bridge, metrics }
  }

  /** Opens the deployment's listener before a bridge; without one there is no deployment. */
  async function open(request: DeploymentRequest, metered: MeteredBridge): Promise<AppliedDeployment> {
    const { slug, port } = request.deployment
    const listener = await openListener({
      preferredPort: port,
      findFreePort: options.findFreePort,
      handle: (asked, response) => answerRequest(reach(slug), pathOf(asked), true, asked, response),
      upgrade: (asked, socket, head) => answerUpgrade(reach(slug), pathOf(asked), asked, socket, head),
    })
    running.set(slug, { ...metered, listener, request })
    return endpointOf(listener)
  }

  function reach(slug: string): ReachableServer | undefined {
    const found = running.get(slug)
    return found && { ...found, layers: options.layers, tokenHash: found.request.deployment.tokenHash }
  }

  async function begin(
    request: DeploymentRequest,
    metered: MeteredBridge,
    signal: AbortSignal,
  ): Promise<AppliedDeployment> {
    try {
      await startOrExplain(metered.bridge.wake(signal), request, signal)
      return await open(request, metered)
    } catch (error) {
      await metered.bridge.close()
      throw error
    }
  }

  async function start(
    request: DeploymentRequest,
    startChild: StartChild,
    log: WriteLog,
    signal: AbortSignal,
  ): Promise<AppliedDeployment> {
    const found = running.get(request.deployment.slug)
    if (!found) return await begin(request, createBridge(request, startChild, log), signal)
    // Sessions of a server that is up go on with the new version.
    await startOrExplain(found.bridge.replace(startChild, signal), request, signal)
    found.request = request
    return endpointOf(found.listener)
  }

  async function takeDown(slug: string): Promise<void> {
    const found = running.get(slug)
    running.delete(slug)
    await Promise.all([found?.listener.close(), found?.bridge.close()])
    await (await logs.get(slug))?.flush()
  }

  async function remove({ slug }: Pick<Deployment, 'slug'>): Promise<void> {
    await takeDown(slug)
    await removeArtefacts(directoryOf(slug))
  }

  return {
    name: 'local',
    settingsSchema: { type: 'object', properties: {}, additionalProperties: false },
    versionedSettings: [],
    async checkSettings(settings) {
      const [name] = Object.keys(settings)
      if (name !== undefined) throw noSetting(name)
    },
    plan: (request) =>
      Promise.resolve({
        steps: planSteps(request, directoryOf(request.deployment.slug), running.has(request.deployment.slug)),
      }),
    async apply(request, signal) {
      signal.throwIfAborted()
      const { startChild, folder, log } = await prepare(request)
      const applied = await start(request, startChild, log, signal)
      await removeArtefacts(directoryOf(request.deployment.slug), folder)
      return applied
    },
    async restore(request) {
      const found = running.get(request.deployment.slug)
      if (found) return endpointOf(found.listener)
      const { startChild, log } = await prepare(request)
      return await open(request, createBridge(request, startChild, log))
    },
    status: (deployment) => Promise.resolve(statusOf(running.get(deployment.slug)?.bridge)),
    logs: async (deployment, query) => (await logOf(deployment.slug)).read(query),
    stop: remove,
    remove,
    bridge: (slug) => running.get(slug)?.bridge,
    handleDeploymentRequest: (slug, path, request, response) =>
      answerRequest(reach(slug), path, false, request, response),
    handleDeploymentUpgrade: (slug, path, request, socket, head) =>
      answerUpgrade(reach(slug), path, request, socket, head),
    metrics: async () => mergeMetrics(await Promise.all([...running.values()].map(({ metrics }) => metrics.text()))),
    runningCount: () => running.size,
    async closeAll() {
      await Promise.all([...running.keys()].map(takeDown))
    },
  }
}

function noSetting(name: string): MetaError {
  const fix = 'Leave the settings out; those of Cloudflare need target "cloudflare".'
  return new MetaError('ARGUMENTS_INVALID', `Target "local" has no setting "${name}", and no others.`, fix)
}

/** @throws MetaError DEPLOYMENT_FAILED with what the server said last; the signal's reason when aborted */
async function startOrExplain(starting: Promise<void>, request: DeploymentRequest, signal: AbortSignal): Promise<void> {
  try {
    await starting
  } catch (error) {
    signal.throwIfAborted()
    const { server, build } = request
    throw new MetaError(
      'DEPLOYMENT_FAILED',
      `Version ${build.version} did not start. ${error instanceof Error ? error.message : String(error)}`,
      'Mend what the last lines say, then deploy again. What ran before still runs.',
      { cause: error, next: { tool: 'get_logs', arguments: { server: server.name } } },
    )
  }
}

function endpointOf({ port }: Listener): AppliedDeployment {
  return { endpointUrl: `http://127.0.0.1:${port}/mcp`, port }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}
