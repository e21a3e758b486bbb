import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServerBridge } from '../../../bridge/serve/server-bridge.ts'
import type { ServerMetrics } from '../../../bridge/serve/server-metrics.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { toProblem } from '../../../src/errors/render.ts'
import type { IsolationLayers } from '../../supervisor/isolation-layers.ts'
import { checkCaller, checkLoopback, sendProblem } from './check-caller.ts'

/** A deployment as its HTTP side sees it. */
export interface ReachableServer {
  readonly bridge: ServerBridge
  readonly metrics: ServerMetrics
  readonly layers: IsolationLayers
  readonly tokenHash: string | null
}

const STATUS_PATHS: ReadonlySet<string> = new Set(['/health', '/ready'])
const PATHS: ReadonlySet<string> = new Set([...STATUS_PATHS, '/metrics', '/mcp', '/sse', '/messages'])
export const SOCKET_PATH = '/mcp/stream'

/**
 * Answers a request to a deployment; failures too.
 * @param path  below where it is mounted
 * @param isOwnPort  there everybody on this machine may ask how it is; elsewhere that would tell that it exists
 */
export async function answerRequest(
  server: ReachableServer | undefined,
  path: string,
  isOwnPort: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    checkLoopback(request)
    if (isOwnPort && STATUS_PATHS.has(path)) return sendStatus(response, server, path)
    if (isOwnPort && !PATHS.has(path)) refuseUnknown(path)
    checkCaller(request, server?.tokenHash ?? null)
    // A caller with the token of a server knows that it is there; nobody else learns it.
    if (STATUS_PATHS.has(path)) sendStatus(response, server, path)
    else if (path === '/metrics') sendMetrics(response, (await server?.metrics.text()) ?? '')
    else await server?.bridge.handle(request, response, path)
  } catch (error) {
    sendProblem(response, error)
  }
}

/** Hands a connection that wants to be a WebSocket to the bridge, or refuses it. */
export function answerUpgrade(
  server: ReachableServer | undefined,
  path: string,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => {})
  try {
    checkCaller(request, server?.tokenHash ?? null)
    if (path !== SOCKET_PATH) refuseUnknown(path)
    server?.bridge.upgrade(request, socket, head)
  } catch (error) {
    const { status, body } = toProblem(error)
    const text = JSON.stringify(body)
    const lines = [
      `HTTP/1.1 ${status} Refused`,
      'connection: close',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(text)}`,
    ]
    socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
  }
}

function refuseUnknown(path: string): never {
  throw new MetaError('SERVER_UNKNOWN', `There is nothing at "${path}".`, 'Use /mcp.')
}

/** Health is whether requests are answered, if need be by waking the server; ready is the same for who sends traffic. */
function sendStatus(response: ServerResponse, server: ReachableServer | undefined, path: string): void {
  const health = server?.bridge.health()
  const state = health?.state ?? 'closed'
  const isHealthy = state === 'running' || state === 'asleep' || (state === 'starting' && path === '/health')
  response.writeHead(isHealthy ? 200 : 503, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      status: isHealthy ? 'ok' : 'unavailable',
      state,
      restarts: health?.restarts ?? 0,
      sessions: health?.sessions ?? 0,
      isolation: server && isolationOf(server.layers),
    }),
  )
}

function isolationOf({ permission, bubblewrap, prlimit, setpriv }: IsolationLayers): Record<string, boolean> {
  return {
    permission,
    bubblewrap: bubblewrap !== undefined,
    prlimit: prlimit !== undefined,
    setpriv: setpriv !== undefined,
    cleared_environment: true,
    memory_watch: process.platform === 'linux',
  }
}

/** Prometheus' text format, version 0.0.4. */
export function sendMetrics(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
}

/** The metrics of many servers as one page: each name is one group there. */
export function mergeMetrics(texts: readonly string[]): string {
  const groups = new Map<string, string[]>()
  for (const block of texts.flatMap((text) => text.trim().split('\n\n'))) {
    const [help = '', type = '', ...samples] = block.split('\n')
    const heading = `${help}\n${type}`
    groups.set(heading, [...(groups.get(heading) ?? []), ...samples])
  }
  return [...groups].map(([heading, samples]) => `${heading}\n${samples.join('\n')}\n`).join('\n')
}
