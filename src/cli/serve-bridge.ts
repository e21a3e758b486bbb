import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createForeignBridge } from '../../bridge/serve/create-foreign-bridge.ts'
import { createServerBridge } from '../../bridge/serve/create-server-bridge.ts'
import { HttpRefusal, refuse, sendJson } from '../../bridge/serve/http-refusal.ts'
import type { BridgeLimits, BridgeOptions, ServerBridge } from '../../bridge/serve/server-bridge.ts'
import {
  createServerMetrics,
  isAnswering,
  METRICS_TYPE,
  type ServerMetrics,
} from '../../bridge/serve/server-metrics.ts'
import { startCommand } from '../../runtime/supervisor/start-command.ts'
import { residentBytes } from '../../runtime/supervisor/watch-memory.ts'
import { createBridgeGuard, type BridgeGuardOptions } from './bridge-guard.ts'

export interface ServeBridgeOptions extends BridgeGuardOptions {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly port: number
  /** Whether it speaks 2026-07-28 and keeps nothing by connection, so that one process serves all clients. */
  readonly isShared: boolean
  readonly memoryMiB: number
  readonly limits: BridgeLimits
  readonly onLog: BridgeOptions['onLog']
}

export interface ServedBridge {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves one stdio server over HTTP by all transports: `/mcp`, `/sse`, `/mcp/stream`, with `/health`, `/ready` and
 * `/metrics` beside them.
 * @throws the system's error when the port is taken
 */
export async function serveBridge(options: ServeBridgeOptions): Promise<ServedBridge> {
  const { command: words, environment: env, memoryMiB, limits, onLog, isShared } = options
  const [command, ...args] = words
  const metrics = createServerMetrics({ server: command, health: () => bridge.health(), residentBytes })
  const startChild = () => startCommand({ command, args, env, memoryMiB })
  const create = isShared ? createServerBridge : createForeignBridge
  const bridge = create({ name: command, startChild, limits, onLog, onAnswered: metrics.onAnswered })
  // Who starts a bridge is about to call it. What goes wrong is told to the first who does, and in the log.
  if (isShared) bridge.wake().catch(() => {})
  const server = await listen(options, bridge, metrics).catch(async (error: unknown) => {
    await bridge.close()
    throw error
  })
  return {
    port: portOf(server),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      await bridge.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(options: ServeBridgeOptions, bridge: ServerBridge, metrics: ServerMetrics): Promise<Server> {
  const guard = createBridgeGuard(options)
  const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
    void answer(request, response).catch((error: unknown) => {
      if (error instanceof HttpRefusal) refuse(response, error)
      else response.destroy()
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    guard.checkOrigin(request)
    // Who runs containers asks without a token, and from an address of its own.
    if (path === '/health' || path === '/ready') return sendStatus(response, bridge)
    guard.checkCaller(request)
    if (path !== '/metrics') return await bridge.handle(request, response, path)
    const text = await metrics.text()
    response.writeHead(200, { 'content-type': METRICS_TYPE }).end(text)
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    try {
      guard.checkOrigin(request)
      guard.checkCaller(request)
      if (pathOf(request) === '/mcp/stream') return bridge.upgrade(request, socket, head)
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    } catch (error) {
      const status = error instanceof HttpRefusal ? error.status : 500
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`)
    }
  })
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(options.port, options.host, resolve)
  await listening
  return server
}

function sendStatus(response: ServerResponse, bridge: ServerBridge): void {
  const { state, restarts, sessions } = bridge.health()
  const isUp = isAnswering(state)
  sendJson(response, isUp ? 200 : 503, { status: isUp ? 'ok' : 'unavailable', state, restarts, sessions })
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

function portOf(server: Server): number {
  // A TCP server's address is an AddressInfo.
  return (server.address() as AddressInfo).port
}
