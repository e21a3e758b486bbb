import { lookup as resolveHost } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch, type RequestInit } from 'undici'
import { MetaError } from '../errors/meta-error.ts'
import { hostKey, isPublicAddress, literalAddress } from './address.ts'

/** Where a request may go, and how much it may cost. */
export interface EgressPolicy {
  /** Exact hosts, as `host` or `host:port`; `any` allows every public host. */
  readonly hosts: ReadonlySet<string> | 'any'
  readonly timeoutMs: number
  readonly answerBytes: number
  readonly redirects: number
}

export interface EgressRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
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

/** The one way out to the network. */
export interface Egress {
  /** @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED, LIMIT_EXCEEDED, UPSTREAM_UNREACHABLE */
  request(request: EgressRequest, policy: EgressPolicy): Promise<EgressResponse>
  close(): Promise<void>
}

/**
 * @param allowLocal  local `host:port` pairs that a person opened
 */
export function createEgress({ allowLocal }: { allowLocal: ReadonlySet<string> }): Egress {
  const publicAgent = new Agent({ connect: { lookup: publicLookup } })
  const localAgent = new Agent()

  async function request(first: EgressRequest, policy: EgressPolicy): Promise<EgressResponse> {
    const timeout = AbortSignal.timeout(policy.timeoutMs)
    const signal = first.signal ? AbortSignal.any([first.signal, timeout]) : timeout
    let current = first
    for (let hop = 0; ; hop++) {
      const url = checkUrl(current.url, policy, allowLocal)
      const agent = isAllowedLocal(url, allowLocal) ? localAgent : publicAgent
      const response = await send(url, current, agent, signal, policy)
      const location = response.headers.find(([name]) => name === 'location')?.[1]
      if (response.status < 300 || response.status > 399 || location === undefined) return response
      if (hop >= policy.redirects) return response
      current = redirected(current, response.status, url, new URL(location, url))
    }
  }

  return {
    request,
    async close() {
      await Promise.all([publicAgent.destroy(), localAgent.destroy()])
    },
  }
}

function checkUrl(text: string, policy: EgressPolicy, allowLocal: ReadonlySet<string>): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `"${text.slice(0, 200)}" is not an http(s) address.`,
      'Give an absolute https:// address.',
    )
  }
  const key = hostKey(url)
  if (url.username || url.password) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `The address of "${key}" holds a user name or password.`,
      'Leave it out; name a credential instead.',
    )
  }
  if (policy.hosts !== 'any' && !policy.hosts.has(key)) {
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `This server may not reach "${key}".`,
      `It may reach: ${[...policy.hosts].join(', ') || 'no host'}. Add the host to the tool's hosts, or import with that base_url.`,
    )
  }
  if (isAllowedLocal(url, allowLocal)) return url
  const literal = literalAddress(url)
  if ((literal !== undefined && !isPublicAddress(literal)) || isLocalName(url.hostname)) throw localHostBlocked(url)
  if (url.protocol === 'http:') {
    throw new MetaError('HOST_NOT_ALLOWED', `"${key}" was asked for over plain http.`, 'Use its https:// address.')
  }
  return url
}

function isAllowedLocal(url: URL, allowLocal: ReadonlySet<string>): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return allowLocal.has(`${url.hostname.toLowerCase()}:${port}`)
}

function isLocalName(hostname: string): boolean {
  return /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(hostname)
}

function localHostBlocked(url: URL): MetaError {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return new MetaError(
    'LOCAL_HOST_BLOCKED',
    `"${hostKey(url)}" is on this machine or a private network.`,
    `A person can open it by starting mcpwright with MCPWRIGHT_ALLOW_LOCAL=${url.hostname}:${port}`,
  )
}

/** Refuses private addresses on the very connection that is used, so that a second answer of DNS changes nothing. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolveHost(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (!first)
      return callback(Object.assign(new Error(`${hostname} has no public address`), { code: 'PRIVATE_ADDRESS' }), '', 0)
    if (options.all) return callback(null, allowed)
    return callback(null, first.address, first.family)
  })
}

async function send(
  url: URL,
  request: EgressRequest,
  dispatcher: Agent,
  signal: AbortSignal,
  policy: EgressPolicy,
): Promise<EgressResponse> {
  const init: RequestInit = {
    method: request.method ?? 'GET',
    headers: (request.headers ?? []).map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    dispatcher,
    signal,
    ...(request.body && { body: request.body }),
  }
  try {
    const response = await undiciFetch(url, init)
    const body = await readBounded(response.body, policy.answerBytes, url)
    return {
      url: url.href,
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      body,
    }
  } catch (error) {
    throw explainFailure(error, url, request, policy)
  }
}

async function readBounded(body: AsyncIterable<Uint8Array> | null, limitBytes: number, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > limitBytes) {
      throw new MetaError(
        'LIMIT_EXCEEDED',
        `"${hostKey(url)}" answered more than ${limitBytes} bytes.`,
        'Ask for less: a smaller page, fewer fields, a narrower query.',
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function explainFailure(error: unknown, url: URL, request: EgressRequest, policy: EgressPolicy): unknown {
  if (error instanceof MetaError || request.signal?.aborted) return error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (code === 'PRIVATE_ADDRESS') return localHostBlocked(url)
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new MetaError(
      'UPSTREAM_UNREACHABLE',
      `"${hostKey(url)}" did not answer within ${policy.timeoutMs} ms.`,
      'Try again, or ask for less.',
      { cause: error },
    )
  }
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `"${hostKey(url)}" could not be reached${code ? ` (${code})` : ''}.`,
    'Check the address, and whether the service is up.',
    { cause: error },
  )
}

const CREDENTIAL_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** Fetch standard, HTTP-redirect fetch: 303 (and 301, 302 after POST) become GET; another host gets no credentials. */
function redirected(request: EgressRequest, status: number, from: URL, to: URL): EgressRequest {
  const method = request.method ?? 'GET'
  const becomesGet = status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
  const sameHost = from.host === to.host && from.protocol === to.protocol
  const headers = (request.headers ?? []).filter(([name]) => {
    const lower = name.toLowerCase()
    if (becomesGet && lower.startsWith('content-')) return false
    // Besides the standard ones, any header may hold an API key: another host gets only what describes the answer.
    return sameHost || (!CREDENTIAL_HEADERS.has(lower) && ['accept', 'accept-language', 'user-agent'].includes(lower))
  })
  const { body, ...rest } = request
  return { ...rest, url: to.href, method: becomesGet ? 'GET' : method, headers, ...(body && !becomesGet && { body }) }
}
