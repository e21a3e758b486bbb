import type { Response } from 'undici'
import { hostKey } from './address.ts'
import type { ClientCertificate } from './client-certificate.ts'
import type { Dispatchers, Route, SentInit } from './dispatchers.ts'
import { explainFailure } from './egress-failure.ts'
import { checkUrl, isAllowedLocal, ledToLocalHost, type LocalLeave, localHostBlocked } from './egress-guard.ts'
import { isGrpc } from './is-grpc.ts'
import { type ProxySettings, proxyFor } from './proxy-route.ts'
import { hasPrivateAddress, resolveHost, type ResolveHost } from './public-lookup.ts'
import { readAuthorities } from './read-authorities.ts'
import { readBounded } from './read-bounded.ts'
import { redirected } from './redirected.ts'
import { createRequestBudget } from './request-budget.ts'

/** Where a request may go, and how much it may cost. */
export interface EgressPolicy {
  /** Exact hosts, as `host` or `host:port`; `any` allows every public host. */
  readonly hosts: ReadonlySet<string> | 'any'
  /** Whose requests to a host are counted together. Absent: a person's own, which are not counted. */
  readonly caller?: string
  readonly timeoutMs: number
  readonly answerBytes: number
  readonly redirects: number
}

export interface EgressRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
  /** Shown over https to its own host, at redirects too. */
  readonly clientCertificate?: ClientCertificate
  readonly signal?: AbortSignal
}

export interface EgressResponse {
  /** After redirects. */
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}

/** An answer whose body is still on its way. */
export interface EgressStream extends Omit<EgressResponse, 'body'> {
  /** Who stops reading must cancel it: it holds a connection. */
  readonly body: ReadableStream<Uint8Array> | null
}

/** The one way out to the network. */
export interface Egress {
  /** @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED, RATE_LIMITED, LIMIT_EXCEEDED, UPSTREAM_UNREACHABLE */
  request(request: EgressRequest, policy: EgressPolicy): Promise<EgressResponse>
  /**
   * Resolves at the head of the answer. What streams may be silent for hours, so neither time nor bytes are bounded
   * here: the signal ends it, and who reads counts.
   * @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED, RATE_LIMITED, UPSTREAM_UNREACHABLE
   */
  open(request: EgressRequest, policy: Pick<EgressPolicy, 'hosts' | 'caller' | 'redirects'>): Promise<EgressStream>
  close(): Promise<void>
}

export interface EgressOptions extends LocalLeave {
  readonly proxies?: ProxySettings
  /** PEM of authorities that are trusted besides those of Node. */
  readonly caFile?: string | undefined
  /** Of one caller to one host. */
  readonly requestsPerMinute?: number
  readonly resolve?: ResolveHost
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/** @throws MetaError CONFIGURATION_INVALID when the file of authorities cannot be used */
export function createEgress(options: EgressOptions): Egress {
  const { proxies = {}, caFile, requestsPerMinute, resolve = resolveHost, now = () => performance.now() } = options
  const authorities = readAuthorities(caFile)
  let dispatchers: Promise<Dispatchers> | undefined
  const budget = requestsPerMinute === undefined ? undefined : createRequestBudget(requestsPerMinute, now)

  /** The HTTP client takes a while to load: a daemon starts without it. */
  function loadDispatchers(): Promise<Dispatchers> {
    return (dispatchers ??= import('./dispatchers.ts').then((module) => module.createDispatchers(authorities, resolve)))
  }

  function routeTo(
    url: URL,
    { clientCertificate: certificate, headers = [] }: EgressRequest,
    isStream: boolean,
  ): Route {
    const isShown = certificate?.host === hostKey(url) && url.protocol === 'https:'
    return {
      isLocal: isAllowedLocal(url, options),
      proxy: proxyFor(url, proxies),
      certificate: isShown ? certificate : undefined,
      isStream,
      isGrpc: isGrpc(headers),
    }
  }

  /** Follows redirects, each checked like the first request. */
  async function follow(
    first: EgressRequest,
    policy: EgressPolicy,
    { signal, isStream }: { signal: AbortSignal | undefined; isStream: boolean },
  ): Promise<{ url: URL; route: Route; response: Response }> {
    let current = first
    let wasLocal = true
    for (let hop = 0; ; hop++) {
      const url = checkUrl(current.url, policy.hosts, options)
      if (policy.caller !== undefined) budget?.spend(policy.caller, url)
      const route = routeTo(url, first, isStream)
      if (route.isLocal && !wasLocal && policy.hosts === 'any') throw ledToLocalHost(url)
      wasLocal = route.isLocal
      // A proxy resolves the name itself, out of reach of the check on the connection.
      if (route.proxy !== undefined && !route.isLocal && (await hasPrivateAddress(url.hostname, resolve))) {
        throw localHostBlocked(url)
      }
      const { send } = await loadDispatchers()
      const response = await send(url, toInit(current, signal), route).catch((error: unknown) => {
        throw explainFailure(error, { url, timeoutMs: policy.timeoutMs, proxy: route.proxy, signal: first.signal })
      })
      const location = response.headers.get('location')
      const isRedirect = response.status >= 300 && response.status <= 399 && location !== null
      if (!isRedirect || hop >= policy.redirects || !URL.canParse(location, url.href)) return { url, route, response }
      await response.body?.cancel()
      current = redirected(current, response.status, url, new URL(location, url))
    }
  }

  return {
    async request(first, policy) {
      const timeout = AbortSignal.timeout(policy.timeoutMs)
      const signal = first.signal ? AbortSignal.any([first.signal, timeout]) : timeout
      const { url, route, response } = await follow(first, policy, { signal, isStream: false })
      try {
        const body = await readBounded(response.body, policy.answerBytes, url)
        return { ...headOf(url, response), body }
      } catch (error) {
        throw explainFailure(error, { url, timeoutMs: policy.timeoutMs, proxy: route.proxy, signal: first.signal })
      }
    },
    async open(first, policy) {
      const unbounded = { ...policy, timeoutMs: Infinity, answerBytes: Infinity }
      const { url, response } = await follow(first, unbounded, { signal: first.signal, isStream: true })
      // undici's streams are those of Node; only the types have two homes.
      return { ...headOf(url, response), body: response.body as ReadableStream<Uint8Array> | null }
    },
    close: async () => (await dispatchers)?.close(),
  }
}

function toInit({ method = 'GET', headers = [], body }: EgressRequest, signal: AbortSignal | undefined): SentInit {
  // What is said to a proxy is said by its own settings.
  const own = headers.filter(([name]) => name.toLowerCase() !== 'proxy-authorization')
  return {
    method,
    headers: own.map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    ...(signal && { signal }),
    ...(body && { body }),
  }
}

function headOf(url: URL, { status, statusText, headers }: Response): Omit<EgressResponse, 'body'> {
  return { url: url.href, status, statusText, headers: [...headers] }
}
