import { Agent, fetch as undiciFetch, type RequestInit, type Response } from 'undici'
import { MetaError } from '../errors/meta-error.ts'
import { hostKey } from './address.ts'
import { type ClientCertificate, createCertificateAgents } from './certificate-agents.ts'
import { checkUrl, isAllowedLocal, type LocalLeave, localHostBlocked, publicLookup } from './egress-guard.ts'

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
  /** @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED, LIMIT_EXCEEDED, UPSTREAM_UNREACHABLE */
  request(request: EgressRequest, policy: EgressPolicy): Promise<EgressResponse>
  /**
   * Resolves at the head of the answer. What streams may be silent for hours, so neither time nor bytes are bounded
   * here: the signal ends it, and who reads counts.
   * @throws MetaError HOST_NOT_ALLOWED, LOCAL_HOST_BLOCKED, UPSTREAM_UNREACHABLE
   */
  open(request: EgressRequest, policy: Pick<EgressPolicy, 'hosts' | 'redirects'>): Promise<EgressStream>
  close(): Promise<void>
}

export function createEgress(leave: LocalLeave): Egress {
  const agents = createAgents({})
  // undici's own limits would end a quiet stream after five minutes.
  const streamAgents = createAgents({ headersTimeout: 0, bodyTimeout: 0 })
  const certificateAgents = createCertificateAgents()

  /** Follows redirects, each checked like the first request. */
  async function follow(
    first: EgressRequest,
    policy: EgressPolicy,
    { publicAgent, localAgent }: Agents,
    signal: AbortSignal | undefined,
  ): Promise<{ url: URL; response: Response }> {
    let current = first
    for (let hop = 0; ; hop++) {
      const url = checkUrl(current.url, policy.hosts, leave)
      const isLocal = isAllowedLocal(url, leave)
      const { clientCertificate: certificate } = first
      const isShown = certificate?.host === hostKey(url) && url.protocol === 'https:'
      const plain = isLocal ? localAgent : publicAgent
      const agent = isShown ? certificateAgents.agentFor(certificate, isLocal) : plain
      const response = await send(url, current, agent, signal, policy)
      const location = response.headers.get('location')
      const isRedirect = response.status >= 300 && response.status <= 399 && location !== null
      if (!isRedirect || hop >= policy.redirects) return { url, response }
      await response.body?.cancel()
      current = redirected(current, response.status, url, new URL(location, url))
    }
  }

  return {
    async request(first, policy) {
      const timeout = AbortSignal.timeout(policy.timeoutMs)
      const signal = first.signal ? AbortSignal.any([first.signal, timeout]) : timeout
      const { url, response } = await follow(first, policy, agents, signal)
      try {
        const body = await readBounded(response.body, policy.answerBytes, url)
        return { ...headOf(url, response), body }
      } catch (error) {
        throw explainFailure(error, url, first, policy.timeoutMs)
      }
    },
    async open(first, policy) {
      const unbounded = { ...policy, timeoutMs: Infinity, answerBytes: Infinity }
      const { url, response } = await follow(first, unbounded, streamAgents, first.signal)
      // undici's streams are those of Node; only the types have two homes.
      return { ...headOf(url, response), body: response.body as ReadableStream<Uint8Array> | null }
    },
    async close() {
      const all = [agents, streamAgents].flatMap(({ publicAgent, localAgent }) => [publicAgent, localAgent])
      await Promise.all([...all.map((agent) => agent.destroy()), certificateAgents.close()])
    },
  }
}

interface Agents {
  readonly publicAgent: Agent
  readonly localAgent: Agent
}

function createAgents(options: Agent.Options): Agents {
  return {
    publicAgent: new Agent({ ...options, connect: { lookup: publicLookup } }),
    localAgent: new Agent(options),
  }
}

function headOf(url: URL, { status, statusText, headers }: Response): Omit<EgressResponse, 'body'> {
  return { url: url.href, status, statusText, headers: [...headers] }
}

async function send(
  url: URL,
  request: EgressRequest,
  dispatcher: Agent,
  signal: AbortSignal | undefined,
  policy: EgressPolicy,
): Promise<Response> {
  const init: RequestInit = {
    method: request.method ?? 'GET',
    headers: (request.headers ?? []).map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    dispatcher,
    ...(signal && { signal }),
    ...(request.body && { body: request.body }),
  }
  try {
    return await undiciFetch(url, init)
  } catch (error) {
    throw explainFailure(error, url, request, policy.timeoutMs)
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

function explainFailure(error: unknown, url: URL, request: EgressRequest, timeoutMs: number): unknown {
  if (error instanceof MetaError || request.signal?.aborted) return error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (code === 'PRIVATE_ADDRESS') return localHostBlocked(url)
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new MetaError(
      'UPSTREAM_UNREACHABLE',
      `"${hostKey(url)}" did not answer within ${timeoutMs} ms.`,
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
