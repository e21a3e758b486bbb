import { MetaError } from '../../src/errors/meta-error.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { EndpointGone } from './endpoint-gone.ts'
import { LocalFailure } from './local-failure.ts'
import type { Credentials } from './login/credentials.ts'
import type { Challenge } from './login/find-authorization-server.ts'
import { baseHeaders, type HttpAnswer, type HttpRequest, type HttpSend, wasNeverSent } from './send-http.ts'

/** How often one request is sent again with another token. */
const RENEWALS = 3

/** A client waits for these as long as it has patience, and there is nothing that it could do without them. */
const WAIT_FOR_LOGIN: ReadonlySet<string> = new Set(['initialize', 'server/discover'])

export interface RemoteSendOptions {
  readonly url: string
  /** Given by a person; they go to this server alone. */
  readonly headers: Readonly<Record<string, string>>
  /** Resolves at the head of an answer and goes to no other host, by redirects neither. */
  readonly fetch: typeof globalThis.fetch
  /** Asked for when the server first wants a token; absent: the person gave an Authorization header. */
  readonly credentials?: () => Promise<Credentials>
  /** A login that takes longer is told to the client, which may ask again. */
  readonly loginAnswerMs: number
  /** Is given what to call after the machine slept. */
  readonly onWake?: (restartStreams: () => void) => void
}

/**
 * Sends to a server across the network, with the token that it wants. A request that was refused with 401 or 403 had
 * no effect, so it is sent again.
 * 2026-07-28: basic/authorization, Access Token Usage, Scope Challenge Handling
 */
export function createRemoteSend(options: RemoteSendOptions): HttpSend {
  const { headers, fetch, loginAnswerMs } = options
  let credentials: Promise<Credentials> | undefined
  /** Ends what only listens: it begins anew at once, and hears again. Calls are left to what TCP makes of them. */
  let awake = new AbortController()
  options.onWake?.(() => {
    awake.abort(new Error('The machine slept.'))
    awake = new AbortController()
  })
  const known = (): Promise<Credentials> | undefined => (credentials ??= options.credentials?.())

  async function ask(asked: HttpRequest, token: string | undefined): Promise<Response> {
    const init: RequestInit = {
      method: asked.method,
      headers: {
        ...baseHeaders(asked),
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...asked.headers,
      },
      signal: isStream(asked) ? AbortSignal.any([asked.signal, awake.signal]) : asked.signal,
      ...(asked.message && { body: JSON.stringify(asked.message) }),
    }
    try {
      return await fetch(asked.url ?? options.url, init)
    } catch (error) {
      asked.signal.throwIfAborted()
      throw toConnectFailure(error, options.url)
    }
  }

  return async (asked) => {
    for (let renewals = 0; ; renewals++) {
      const login = await known()
      const token = await login?.current().catch(throwLoginFailure)
      const response = await ask(asked, token)
      const { status } = response
      if (status !== 401 && status !== 403) return toAnswer(response)
      const challenge = await readChallenge(response)
      if (status === 403 && challenge.error !== 'insufficient_scope') return toAnswer(response)
      await response.body?.cancel()
      if (!login || renewals === RENEWALS) throw tokenRefused(options.url, status, login !== undefined)
      const change = status === 401 ? login.renew(token, challenge) : login.widen(token, challenge)
      const waitsForever = asked.method === 'GET' || WAIT_FOR_LOGIN.has(methodOf(asked))
      const patienceMs = waitsForever ? undefined : loginAnswerMs
      await waitForLogin(change.catch(throwLoginFailure), options.url, patienceMs, asked.signal)
    }
  }
}

function isStream(asked: HttpRequest): boolean {
  return asked.method === 'GET' || methodOf(asked) === 'subscriptions/listen'
}

function methodOf({ message }: HttpRequest): string {
  return message && 'method' in message ? message.method : ''
}

async function readChallenge(response: Response): Promise<Challenge> {
  const { extractWWWAuthenticateParams } = await import('@modelcontextprotocol/client')
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response)
  return { resourceMetadataUrl, scope, error }
}

async function waitForLogin(
  change: Promise<void>,
  url: string,
  patienceMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (patienceMs === undefined) return await raceAbort(change, signal)
  const patience = AbortSignal.timeout(patienceMs)
  try {
    await raceAbort(change, AbortSignal.any([signal, patience]))
  } catch (error) {
    if (signal.aborted || !patience.aborted) throw error
    throw new LocalFailure(
      `A login to "${new URL(url).origin}" waits for a person.`,
      'Finish it in the browser page that was opened (without a browser, its address is in the log of this server), then try again.',
    )
  }
}

function tokenRefused(url: string, status: number, hasLogin: boolean): LocalFailure {
  const { origin } = new URL(url)
  return hasLogin
    ? new LocalFailure(
        `"${origin}" refuses the tokens of its own authorization server (HTTP ${status}).`,
        'Run "mcpwright logout" with its address and try again; if this stays, ask its operator.',
      )
    : new LocalFailure(
        `"${origin}" refuses the Authorization header that was given (HTTP ${status}).`,
        'Correct the --header option, or leave it out to log in.',
      )
}

/** An error of egress: the network's, which may pass, or a rule's, which will not. */
function toConnectFailure(error: unknown, url: string): Error {
  if (error instanceof MetaError && error.code === 'HOST_NOT_ALLOWED') {
    return new LocalFailure(
      `"${new URL(url).origin}" sends requests on to another host, and nothing was sent there. ${error.message}`,
      'If you trust that host, connect to its address instead.',
      error,
    )
  }
  if (error instanceof MetaError && error.code !== 'UPSTREAM_UNREACHABLE') {
    return new LocalFailure(error.message, error.fix, error)
  }
  return new EndpointGone(!wasNeverSent(error), error)
}

/** The request itself was refused before, so whatever a login met, it may be sent again. */
function throwLoginFailure(error: unknown): never {
  if (!(error instanceof MetaError)) throw error
  if (error.code === 'UPSTREAM_UNREACHABLE') throw new EndpointGone(false, error)
  throw new LocalFailure(error.message, error.fix, error)
}

function toAnswer(response: Response): HttpAnswer {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    body: response.body ?? noBody(),
    // A body that is being read is cancelled by who reads it.
    discard: async () => (response.bodyUsed ? undefined : await response.body?.cancel()),
  }
}

async function* noBody(): AsyncGenerator<Uint8Array> {}
