import { createHash } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Agent, type Dispatcher, fetch, ProxyAgent, type RequestInit, type Response } from 'undici'
import { type ClientCertificate, showing, trusting } from './client-certificate.ts'
import { publicLookup, type ResolveHost } from './public-lookup.ts'

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
}

/** The connections of one egress, one pool for each way. */
export interface Dispatchers {
  /** @throws MetaError CONFIGURATION_INVALID when a certificate cannot be read; otherwise as fetch does */
  send(url: URL, init: RequestInit, route: Route): Promise<Response>
  close(): Promise<void>
}

/** Ways whose connections are kept; those of the longest unused one end first. */
const MOST_ROUTES = 40

export function createDispatchers(authorities: readonly string[] | undefined, resolve: ResolveHost): Dispatchers {
  const dispatchers = new Map<string, Dispatcher>()
  // Parsing all authorities for each connection would take longer than the handshake.
  const trust = authorities && createSecureContext(trusting(authorities))
  const lookup = publicLookup(resolve)

  function create({ isLocal, proxy, certificate, isStream }: Route): Dispatcher {
    // undici's own limits would end a quiet stream after five minutes.
    const patience = isStream ? { headersTimeout: 0, bodyTimeout: 0 } : {}
    const tls = secured(certificate ? showing(certificate, authorities) : trust)
    // Who set the proxy chose where it is.
    if (proxy !== undefined)
      return new ProxyAgent({ ...patience, uri: proxy, requestTls: tls, proxyTls: secured(trust) })
    return new Agent({ ...patience, connect: { ...tls, ...(!isLocal && { lookup }) } })
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
    send: async (url, init, route) => fetch(url, { ...init, dispatcher: dispatcherFor(route) }),
    async close() {
      await Promise.all(Array.from(dispatchers.values(), (dispatcher) => dispatcher.destroy()))
    },
  }
}

function keyOf({ isLocal, proxy = '', certificate, isStream }: Route): string {
  const shown = certificate ? createHash('sha256').update(certificate.pem).digest('hex') : ''
  return `${isLocal} ${isStream} ${proxy} ${shown}`
}

function secured(secureContext: SecureContext | undefined): { secureContext?: SecureContext } {
  return secureContext ? { secureContext } : {}
}
