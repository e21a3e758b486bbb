import { createHash } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Agent, type Dispatcher, fetch, ProxyAgent, type RequestInit, type Response } from 'undici'
import { type ClientCertificate, showing, trusting } from './client-certificate.ts'
import { publicLookup, type ResolveHost } from './public-lookup.ts'
import { type GrpcRequest, notThroughProxy, sendGrpc } from './send-grpc.ts'

/** The way to a host, which connections are kept for. */
export interface Route {
  /** A person opened it: its address may be private. */
  readonly isLocal: boolean
  /** The address of the proxy between. */
  readonly proxy: string | undefined
  /** Shown in the handshake. Its connections are never used without it, nor with another. */
  readonly certificate: ClientCertificate | undefined
  /** The answer may be silent for hours. */
  readonly isStream: boolean
  /** Its connections speak HTTP/2 from their first byte, and hand trailers back (send-grpc.ts). */
  readonly isGrpc: boolean
}

/** A request as egress makes it: headers in pairs, a body in bytes. */
export interface SentInit extends GrpcRequest, Pick<RequestInit, 'redirect'> {
  readonly method: string
  readonly headers: [string, string][]
}

/** The connections of one egress, one pool for each way. */
export interface Dispatchers {
  /** @throws MetaError CONFIGURATION_INVALID when a certificate cannot be read; otherwise as fetch does */
  send(url: URL, init: SentInit, route: Route): Promise<Response>
  close(): Promise<void>
}

/** Ways whose connections are kept; those of the longest unused one end first. */
const MOST_ROUTES = 40

export function createDispatchers(authorities: readonly string[] | undefined, resolve: ResolveHost): Dispatchers {
  const dispatchers = new Map<string, Dispatcher>()
  // Parsing all authorities for each connection would take longer than the handshake.
  const trust = authorities && createSecureContext(trusting(authorities))
  const lookup = publicLookup(resolve)

  function create({ isLocal, proxy, certificate, isStream, isGrpc }: Route): Dispatcher {
    // undici's own limits would end a quiet stream after five minutes.
    const patience = isStream ? { headersTimeout: 0, bodyTimeout: 0 } : {}
    const tls = secured(certificate ? showing(certificate, authorities) : trust)
    // Who set the proxy chose where it is.
    if (proxy !== undefined)
      return new ProxyAgent({ ...patience, uri: proxy, requestTls: tls, proxyTls: secured(trust) })
    const connect = { ...tls, ...(!isLocal && { lookup }) }
    // Without TLS there is no handshake to choose in: useH2c is an option of the connection.
    if (isGrpc)
      return new Agent({ ...patience, allowH2: true, connect: { ...connect, useH2c: true } as typeof connect })
    return new Agent({ ...patience, connect })
  }

  function dispatcherFor(route: Route): Dispatcher {
    const key = keyOf(route)
    const dispatcher = dispatchers.get(key) ?? create(route)
    dispatchers.delete(key)
    dispatchers.set(key, dispatcher)
    const [oldest] = dispatchers
    if (dispatchers.size > MOST_ROUTES && oldest) {
      dispatchers.delete(oldest[0])
      // It ends when its last request has.
      void oldest[1].close()
    }
    return dispatcher
  }

  return {
    async send(url, init, route) {
      if (!route.isGrpc) return fetch(url, { ...init, dispatcher: dispatcherFor(route) })
      if (route.proxy !== undefined) throw notThroughProxy(url)
      return sendGrpc(url, init, dispatcherFor(route))
    },
    async close() {
      await Promise.all(Array.from(dispatchers.values(), (dispatcher) => dispatcher.destroy()))
    },
  }
}

function keyOf({ isLocal, proxy = '', certificate, isStream, isGrpc }: Route): string {
  const shown = certificate ? createHash('sha256').update(certificate.pem).digest('hex') : ''
  return `${isLocal} ${isStream} ${isGrpc} ${proxy} ${shown}`
}

function secured(secureContext: SecureContext | undefined): { secureContext?: SecureContext } {
  return secureContext ? { secureContext } : {}
}
