import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServerBridge } from '../../bridge/serve/create-server-bridge.ts'
import { createServerMetrics } from '../../bridge/serve/server-metrics.ts'
import type { BridgeLimits, ServerBridge } from '../../bridge/serve/server-bridge.ts'
import { residentBytes } from '../../runtime/supervisor/watch-memory.ts'
import { defaults } from '../../src/config/defaults.ts'
import { startEcho } from './start-child.ts'

export interface FleetServer {
  readonly bridge: ServerBridge
  readonly port: number
}

/** Many servers behind bridges in this process, each on a port of its own with its metrics, as in the daemon. */
export interface Fleet extends AsyncDisposable {
  readonly servers: readonly FleetServer[]
}

/** @param limits  other than the defaults */
export async function openFleet(count: number, limits: Partial<BridgeLimits>): Promise<Fleet> {
  const listeners: Server[] = []
  const servers: FleetServer[] = []
  for (let index = 0; index < count; index++) {
    const name = `server-${index}`
    const metrics = createServerMetrics({ server: name, health: () => bridge.health(), residentBytes })
    const bridge = createServerBridge({
      name,
      limits: { ...defaults.bridge, ...limits },
      startChild: startEcho,
      onLog: () => {},
      onAnswered: metrics.onAnswered,
    })
    const listener = createServer((request, response) => void bridge.handle(request, response))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    listeners.push(listener)
    // A TCP server's address is an AddressInfo.
    servers.push({ bridge, port: (listener.address() as AddressInfo).port })
  }
  return {
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ bridge }) => bridge.close()))
      for (const listener of listeners) listener.closeAllConnections()
      await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))))
    },
  }
}
