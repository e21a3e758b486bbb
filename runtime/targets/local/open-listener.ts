import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** An HTTP server on loopback. */
export interface Listener {
  readonly port: number
  close(): Promise<void>
}

export interface ListenerOptions {
  /** Taken when it is free. */
  readonly preferredPort: number | null
  /** @throws MetaError PORT_RANGE_FULL */
  readonly findFreePort: () => Promise<number>
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** Between finding a port free and taking it, somebody else may. */
const ATTEMPTS = 5

/** Opens a listener on 127.0.0.1. @throws MetaError PORT_RANGE_FULL; the system's error for anything but a taken port */
export async function openListener({
  preferredPort,
  findFreePort,
  handle,
  upgrade,
}: ListenerOptions): Promise<Listener> {
  // The handler answers every failure itself.
  const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => void handle(request, response))
  server.on('upgrade', upgrade)
  if (preferredPort !== null && (await tryListen(server, preferredPort))) return toListener(server, preferredPort)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await findFreePort()
    if (await tryListen(server, port)) return toListener(server, port)
  }
  throw new Error(`Every port was taken at the moment of use, ${ATTEMPTS} times.`)
}

async function tryListen(server: Server, port: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
    else reject(error)
  }
  server.once('error', onError)
  server.listen(port, '127.0.0.1', () => resolve(true))
  try {
    return await promise
  } finally {
    server.removeListener('error', onError)
  }
}

function toListener(server: Server, port: number): Listener {
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
