import {
  computeScopeUnion,
  isStrictScopeSuperset,
  OAuthError,
  refreshAuthorization,
} from '@modelcontextprotocol/client'
import { type AuthorizationServer, type Challenge, findAuthorizationServer } from './find-authorization-server.ts'
import { logIn, type LoginSurroundings, toClientInformation, toStoredTokens } from './log-in.ts'
import { LoginFailed } from './login-failed.ts'
import { lockLogin } from './login-lock.ts'
import type { LoginRecord, LoginStore, StoredLogin } from './login-store.ts'

/** After a login that failed, no instance opens another page for this long. */
const FAILURE_HOLDS_MS = 60_000

/** The access token for one MCP server, shared by all instances on this machine. */
export interface Credentials {
  /** What is known already; undefined: the server is asked without. */
  current(): Promise<string | undefined>
  /** After a 401. @param rejected  what the server did not take */
  renew(rejected: string | undefined, challenge: Challenge): Promise<void>
  /** After a 403 with `insufficient_scope`. */
  widen(insufficient: string | undefined, challenge: Challenge): Promise<void>
}

export interface CredentialsOptions extends LoginSurroundings {
  readonly serverUrl: string
  readonly store: LoginStore
  /** Asked for besides what the server names. */
  readonly scope?: string | undefined
  /** Where no person sits: what is thrown when one would have to log in. Absent: a page is opened. */
  readonly personWanted?: () => Error
  readonly signal: AbortSignal
}

export function createCredentials(options: CredentialsOptions): Credentials {
  const { serverUrl, store, fetch, now, signal } = options
  let queue: Promise<unknown> = Promise.resolve()
  /** As it was last read: most requests look no further, and a 401 says when it is out of date. */
  let latest: LoginRecord | undefined

  async function read(): Promise<LoginRecord> {
    return (latest = await store.read())
  }

  async function write(record: LoginRecord): Promise<void> {
    await store.write(record)
    latest = record
  }

  function sayWhoIsWaitedFor(): void {
    options.tell(
      `Another mcpwright is logging in to ${new URL(serverUrl).origin}, or renewing its token; waiting for it.`,
    )
  }

  /** One change at a time, in this process and on this machine. Whoever waited finds what the one before has done. */
  async function change(work: (record: LoginRecord) => Promise<void>): Promise<void> {
    const mine = queue.then(async () => {
      using held = new DisposableStack()
      held.use(await lockLogin(store.lockPath, sayWhoIsWaitedFor, signal))
      await work(await read())
    })
    queue = mine.catch(() => {})
    await mine
  }

  async function refreshOrLogIn(record: LoginRecord, challenge: Challenge): Promise<void> {
    const server = await findAuthorizationServer(serverUrl, challenge, fetch)
    const login = record.logins[server.issuer]
    const refreshed = login && (await refresh(server, login, options))
    if (refreshed) return await keep(record, server, refreshed)
    const scope = computeScopeUnion(scopeFor(server, challenge, options.scope), login?.requestedScope)
    await logInAndKeep(record, server, scope)
  }

  async function logInAndKeep(record: LoginRecord, server: AuthorizationServer, scope?: string): Promise<void> {
    if (options.personWanted) throw options.personWanted()
    refuseAfterFailure(record, now())
    try {
      await keep(record, server, await logIn(server, scope, record.logins[server.issuer], options, signal))
    } catch (error) {
      if (signal.aborted) throw error
      const failure = error instanceof OAuthError ? refusedByServer(server, error) : error
      if (failure instanceof LoginFailed) {
        await write({ ...record, failure: { at: now(), message: failure.message } })
      }
      throw failure
    }
  }

  async function keep(record: LoginRecord, { issuer }: AuthorizationServer, login: StoredLogin): Promise<void> {
    const { failure: _, ...rest } = record
    await write({ ...rest, issuer, logins: { ...record.logins, [issuer]: login } })
  }

  return {
    async current() {
      const tokens = tokensOf(latest ?? (await read()))
      if (!tokens?.refreshToken || !endsSoon(tokens.renewAt, now())) return tokens?.accessToken
      await this.renew(tokens.accessToken, NO_CHALLENGE)
      return tokensOf(latest ?? (await read()))?.accessToken
    },
    renew: (rejected, challenge) =>
      change(async (record) => {
        const tokens = tokensOf(record)
        // Another instance has renewed it meanwhile.
        if (tokens && tokens.accessToken !== rejected && !endsSoon(tokens.renewAt, now())) return
        await refreshOrLogIn(record, challenge)
      }),
    widen: (insufficient, challenge) =>
      change(async (record) => {
        if (tokensOf(record)?.accessToken !== insufficient) return
        const server = await findAuthorizationServer(serverUrl, challenge, fetch)
        const login = record.logins[server.issuer]
        const had = computeScopeUnion(login?.requestedScope, login?.tokens?.scope)
        const wanted = computeScopeUnion(had, scopeFor(server, challenge, options.scope))
        if (!isStrictScopeSuperset(wanted, had)) throw nothingToWiden(server, challenge)
        await logInAndKeep(record, server, wanted)
      }),
  }
}

const NO_CHALLENGE: Challenge = { resourceMetadataUrl: undefined, scope: undefined, error: undefined }

function tokensOf({ issuer, logins }: LoginRecord): StoredLogin['tokens'] {
  return issuer === undefined ? undefined : logins[issuer]?.tokens
}

function endsSoon(renewAt: number | undefined, now: number): boolean {
  return renewAt !== undefined && renewAt < now
}

/**
 * @returns undefined when there is nothing to refresh or the server takes the refresh token no more: a person is needed
 * @throws what the network threw: then nobody knows, and no page is opened
 */
async function refresh(
  server: AuthorizationServer,
  login: StoredLogin,
  { identity, fetch, now }: CredentialsOptions,
): Promise<StoredLogin | undefined> {
  const { id, secret } = identity
  const registered =
    id === undefined ? undefined : { client_id: id, ...(secret !== undefined && { client_secret: secret }) }
  const client = registered ?? (login.client && toClientInformation(login.client))
  if (!login.tokens?.refreshToken || !client) return undefined
  try {
    const tokens = await refreshAuthorization(server.issuer, {
      metadata: server.metadata,
      clientInformation: client,
      refreshToken: login.tokens.refreshToken,
      resource: server.resource,
      fetchFn: fetch,
    })
    return { ...login, tokens: { ...login.tokens, ...toStoredTokens(tokens, now()) } }
  } catch (error) {
    // An answer of the server that is no OAuth error (a 502 page) is read as server_error.
    if (error instanceof OAuthError && error.code !== 'server_error') return undefined
    throw error
  }
}

/** 2026-07-28: basic/authorization, Scope Selection Strategy; Refresh Tokens. */
function scopeFor(server: AuthorizationServer, challenge: Challenge, extra: string | undefined): string | undefined {
  const scope = computeScopeUnion(challenge.scope ?? server.resourceScope, extra)
  const offersRefresh = server.metadata.scopes_supported?.includes('offline_access') === true
  return scope !== undefined && offersRefresh ? computeScopeUnion(scope, 'offline_access') : scope
}

function refuseAfterFailure({ failure }: LoginRecord, now: number): void {
  if (!failure || now - failure.at > FAILURE_HOLDS_MS || now < failure.at) return
  throw new LoginFailed(failure.message, 'No other page is opened within a minute of that.')
}

function refusedByServer({ issuer }: AuthorizationServer, { code }: OAuthError): LoginFailed {
  return new LoginFailed(`The authorization server "${issuer}" gave no token (${code}).`, 'Try again in a minute.')
}

function nothingToWiden({ issuer }: AuthorizationServer, { scope }: Challenge): LoginFailed {
  return new LoginFailed(
    `The server wants the scope "${scope ?? ''}", which "${issuer}" was asked for before and did not grant.`,
    'Ask its operator for that right.',
  )
}
