import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { BridgeLimits, BridgeOptions, ServerBridge } from '../../../bridge/serve/server-bridge.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type {
  AppliedDeployment,
  DeploymentRequest,
  DeploymentTarget,
  LogLine,
} from '../../../src/model/deployment-target.ts'
import type { Broker } from '../../supervisor/broker.ts'
import type { IsolationLayers } from '../../supervisor/isolation-layers.ts'
import { startNodeChild } from '../../supervisor/start-node-child.ts'
import { checkCaller, checkLoopback, sendProblem } from './check-caller.ts'
import { bundleName, planSteps, statusOf } from './describe-deployment.ts'
import { openDeploymentLog, type DeploymentLog } from './deployment-log.ts'
import { openListener, type Listener } from './open-listener.ts'
import { removeArtefacts, writeArtefacts } from './write-artefacts.ts'

export type WriteLog = (level: LogLine['level'], message: string) => void

export interface LocalTargetOptions {
  readonly dataDirectory: string
  readonly createBridge: (options: BridgeOptions) => ServerBridge
  readonly bridgeLimits: BridgeLimits
  readonly layers: IsolationLayers
  readonly memoryMiB: number
  /** @throws MetaError PORT_RANGE_FULL */
  readonly findFreePort: () => Promise<number>
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
  /** Answers a request to a deployment's MCP endpoint, wherever it is mounted. The body must not have been read. */
  handleDeploymentRequest(slug: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  closeAll(): Promise<void>
}

interface Running {
  readonly listener: Listener
  bridge: ServerBridge
  request: DeploymentRequest
}

export function createLocalTarget(options: LocalTargetOptions): LocalTarget {
  const running = new Map<string, Running>()
  const logs = new Map<string, Promise<DeploymentLog>>()

  function directoryOf(slug: string): string {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(slug)) throw new Error(`"${slug}" is not a slug.`)
    return join(options.dataDirectory, 'deployments', slug)
  }

  function logOf(slug: string): Promise<DeploymentLog> {
    const log = logs.get(slug) ?? openDeploymentLog(join(directoryOf(slug), 'log.jsonl'))
    logs.set(slug, log)
    return log
  }

  async function prepare(request: DeploymentRequest): Promise<{ bridge: ServerBridge; folder: string }> {
    const { server, deployment, build } = request
    const folder = await writeArtefacts(directoryOf(deployment.slug), build.artefacts)
    const log = await logOf(deployment.slug)
    const broker = options.createBroker(request, log.write)
    const bundlePath = join(folder, bundleName(request))
    const bridge = options.createBridge({
      name: server.name,
      limits: options.bridgeLimits,
      onLog: log.write,
      onRequest: () => options.onRequest?.(request),
      startChild: () =>
        startNodeChild({
          bundlePath,
          cwd: folder,
          env: options.environment?.(request) ?? {},
          memoryMiB: options.memoryMiB,
          broker,
          layers: options.layers,
        }),
    })
    return { bridge, folder }
  }

  /** Puts a bridge where clients reach it, in place of the one before. */
  async function swapIn(request: DeploymentRequest, bridge: ServerBridge): Promise<AppliedDeployment> {
    const { slug, port } = request.deployment
    const before = running.get(slug)
    if (before) {
      const old = before.bridge
      before.bridge = bridge
      before.request = request
      await old.close()
      return endpointOf(before.listener)
    }
    const handle = (asked: IncomingMessage, response: ServerResponse): Promise<void> => answer(slug, asked, response)
    const listener = await openListener({ preferredPort: port, findFreePort: options.findFreePort, handle })
    running.set(slug, { listener, bridge, request })
    return endpointOf(listener)
  }

  /** The deployment's own listener. */
  async function answer(slug: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0]
    if (path === '/mcp') return await handleDeploymentRequest(slug, request, response)
    try {
      checkLoopback(request)
      if (path !== '/health') throw new MetaError('SERVER_UNKNOWN', `There is nothing at "${path}".`, 'Use /mcp.')
      const state = running.get(slug)?.bridge.health().state ?? 'closed'
      const isHealthy = state === 'running' || state === 'asleep'
      response.writeHead(isHealthy ? 200 : 503, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ status: isHealthy ? 'ok' : 'unavailable', state }))
    } catch (error) {
      sendProblem(response, error)
    }
  }

  async function handleDeploymentRequest(
    slug: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const found = running.get(slug)
      checkCaller(request, found?.request.deployment.tokenHash ?? null)
      // A caller with the token of a server knows that it is there; nobody else learns it.
      await found?.bridge.handle(request, response)
    } catch (error) {
      sendProblem(response, error)
    }
  }

  async function takeDown(slug: string): Promise<void> {
    const found = running.get(slug)
    running.delete(slug)
    await Promise.all([found?.listener.close(), found?.bridge.close()])
    await (await logs.get(slug))?.flush()
  }

  return {
    name: 'local',
    settingsSchema: { type: 'object', properties: {}, additionalProperties: false },
    plan: (request) =>
      Promise.resolve({
        steps: planSteps(request, directoryOf(request.deployment.slug), running.has(request.deployment.slug)),
      }),
    async apply(request, signal) {
      const { bridge, folder } = await prepare(request)
      try {
        await wakeOrExplain(bridge, request, signal)
        const applied = await swapIn(request, bridge)
        await removeArtefacts(directoryOf(request.deployment.slug), folder)
        return applied
      } catch (error) {
        await bridge.close()
        throw error
      }
    },
    async restore(request) {
      const { bridge } = await prepare(request)
      return await swapIn(request, bridge)
    },
    status: (deployment) => Promise.resolve(statusOf(running.get(deployment.slug)?.bridge)),
    logs: async (deployment, query) => (await logOf(deployment.slug)).read(query),
    async remove({ slug }) {
      await takeDown(slug)
      await removeArtefacts(directoryOf(slug))
    },
    bridge: (slug) => running.get(slug)?.bridge,
    handleDeploymentRequest,
    async closeAll() {
      await Promise.all([...running.keys()].map(takeDown))
    },
  }
}

async function wakeOrExplain(bridge: ServerBridge, request: DeploymentRequest, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.throwIfAborted()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([bridge.wake(), aborted])
  } catch (error) {
    signal.throwIfAborted()
    const { server, build } = request
    throw new MetaError(
      'DEPLOYMENT_FAILED',
      `Version ${build.version} of "${server.name}" did not start: ${bridge.health().reason ?? String(error)}`,
      'Mend what the last lines say, then deploy again. What ran before still runs.',
      { cause: error, next: { tool: 'get_logs', arguments: { server: server.name } } },
    )
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function endpointOf({ port }: Listener): AppliedDeployment {
  return { endpointUrl: `http://127.0.0.1:${port}/mcp`, port }
}
