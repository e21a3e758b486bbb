import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { Certificates } from '../fixtures/certificates.ts'

/** A loopback https server of an authority that nobody trusts yet; it is also good for *.example.test. */
export interface TlsSite extends Disposable {
  readonly port: number
  /** The certificate of the authority, in a file. */
  readonly caFile: string
  /** `host path` of each request, the client's certificate if it showed one, and its headers. */
  readonly seen: { readonly what: string; readonly client: string | undefined; readonly headers: object }[]
}

export async function startTlsSite({ authority, server: pair }: Certificates): Promise<TlsSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tls-site-'))
  const caFile = join(folder, 'authority.pem')
  writeFileSync(caFile, authority)
  const seen: TlsSite['seen'] = []
  const asking = { ca: authority, requestCert: true, rejectUnauthorized: false }
  const server = createServer({ ...pair, ...asking }, (request, response) => {
    // An https server's sockets are TLS sockets.
    const certificate = (request.socket as TLSSocket).getPeerCertificate()
    const what = `${request.headers.host} ${request.url}`
    seen.push({ what, client: certificate.subject?.CN?.toString(), headers: request.headers })
    if (request.url === '/inside') return void response.writeHead(302, { location: 'https://10.0.0.1/' }).end()
    const to = /^\/to\?(.*)/.exec(request.url ?? '')?.[1]
    if (to !== undefined) return void response.writeHead(302, { location: to }).end()
    if (request.url === '/stream') return void response.writeHead(200).write('first')
    response.end('hello')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server's address is never a pipe's name.
    port: (server.address() as AddressInfo).port,
    caFile,
    seen,
    [Symbol.dispose]() {
      server.close().closeAllConnections()
      rmSync(folder, { recursive: true })
    },
  }
}
