import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from 'soap'

/** What the far side was called with, as its own library read it. */
export interface PeerCall {
  readonly operation: string
  readonly input: unknown
  readonly headers: unknown
}

export interface SoapPeer extends AsyncDisposable {
  readonly origin: string
  readonly calls: PeerCall[]
  /** The headers of WS-Security that came. */
  readonly logins: unknown[]
  /** What it answers next, by operation; a function may throw a fault. */
  readonly answers: Record<string, (input: unknown) => unknown>
}

/** A SOAP server that is not ours, at /soap/desk and /soap/sums, with its WSDL at /soap/desk?wsdl. */
export async function startSoapPeer(
  wsdl: string,
  ports: Readonly<Record<string, readonly string[]>>,
): Promise<SoapPeer> {
  const calls: PeerCall[] = []
  const answers: SoapPeer['answers'] = {}
  const server: Server = createServer((request, response) => {
    // Its library answers what it was asked to listen to; nothing else is there.
    if (request.url?.startsWith('/soap') !== true) response.writeHead(404).end()
  })
  const method = (operation: string) => (input: unknown, _callback: unknown, headers: unknown) => {
    calls.push({ operation, input, headers })
    return answers[operation]?.(input) ?? {}
  }
  const service = Object.fromEntries(
    Object.entries(ports).map(([port, operations]) => [
      port,
      Object.fromEntries(operations.map((operation) => [operation, method(operation)])),
    ]),
  )
  const logins: unknown[] = []
  for (const path of ['/soap/desk', '/soap/sums']) {
    const listener = listen(server, { path, services: { DeskService: service }, xml: wsdl, suppressStack: true })
    listener.authenticate = (security: unknown) => {
      if (security !== undefined) logins.push(security)
      return true
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an AddressInfo.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    calls,
    logins,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
