import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export const CANARY_TEXT = 'the canary sang'

/** A service on this machine that nobody has opened: who reads its text has got in. */
export interface Canary extends Disposable {
  readonly port: number
  /** Paths that were asked for. */
  readonly hits: string[]
}

/** Listens on both loopback addresses, where the machine has both. Its text is also a description. */
export async function startCanary(): Promise<Canary> {
  const hits: string[] = []
  const servers: Server[] = []
  const listen = async (port: number, host: string): Promise<number> => {
    const server = createServer((request, response) => {
      hits.push(request.url ?? '')
      const paths = { '/thing': { get: { operationId: 'canary', summary: CANARY_TEXT, responses: {} } } }
      const info = { title: CANARY_TEXT, version: '1' }
      response.end(JSON.stringify({ openapi: '3.1.0', info, paths, get: paths['/thing'].get }))
    })
    server.listen(port, host)
    await once(server, 'listening')
    servers.push(server)
    // A TCP server's address is never a pipe's name.
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0, '127.0.0.1')
  // Some machines have no IPv6; what is not there cannot be reached.
  await listen(port, '::1').catch(() => port)
  return {
    port,
    hits,
    [Symbol.dispose]() {
      for (const server of servers) server.close().closeAllConnections()
    },
  }
}
