import type { CallContext } from './call-context.ts'
import { systemClock } from './clock.ts'
import { writeFormSecret } from './form-secret.ts'
import type { Credential, CredentialPlacement } from './http-call.ts'
import { type KeptValue, KeptValues } from './kept-values.ts'
import { requestToken, type TokenAnswer } from './token-request.ts'
import { tokenEndpoint } from './token-server.ts'

/** Tokens by the name of the credential that they were got with. */
export type AccessTokens = ReadonlyMap<string, string>

type TokenContext = Pick<CallContext, 'fetch' | 'env' | 'signal' | 'clock' | 'saveCredential' | 'sharedTokens'>
type Placement<Type extends CredentialPlacement['type']> = Extract<CredentialPlacement, { type: Type }>

/** By token server, scopes, client and login. */
const kept = new KeptValues<string>()
/** The newest refresh token of a login, by the same key: a server may give another at each exchange. */
const rotated = new Map<string, string>()
/** Tokens that an API did not take, though they ought to be valid. */
const refused = new Set<string>()
const MOST_REFUSED = 1_000
/** How long a refresh token of several processes is kept. */
const LOGIN_MS = 365 * 24 * 60 * 60_000
/** A token is not used in the last seconds of its life: it would end on the way. */
const MARGIN_MS = 30_000
const DEFAULT_LIFE_MS = 5 * 60_000

/**
 * Gets a token for each credential that stands for an OAuth client or login, and keeps it while it is valid.
 * RFC 6749, sections 4.4 (client credentials) and 6 (refresh token)
 * @throws CallRefused when the token server refuses, naming the credential and what the server said
 * @throws NoAnswer when the signal aborts
 */
export async function accessTokens(credentials: readonly Credential[], context: TokenContext): Promise<AccessTokens> {
  const tokens = new Map<string, string>()
  // A client beside a login's refresh token signs its exchange, and gets no token of its own.
  const signers = new Set(
    credentials.map(({ placement }) => (placement.type === 'refreshToken' ? placement.client : '')),
  )
  for (const credential of credentials) {
    const { name, placement } = credential
    if (placement.type === 'refreshToken') {
      tokens.set(name, await loginToken(credential, placement, context))
    } else if (placement.type === 'clientCredentials' && !signers.has(name)) {
      tokens.set(name, await clientToken(credential, placement, context))
    }
  }
  return tokens
}

/** Forgets tokens that an API did not take, so that the next call gets new ones. */
export async function forgetTokens(tokens: AccessTokens): Promise<void> {
  const ended = new Set(tokens.values())
  if (refused.size > MOST_REFUSED) refused.clear()
  for (const token of ended) refused.add(token)
  await kept.forget((token) => ended.has(token))
}

function clientToken(
  credential: Credential,
  placement: Placement<'clientCredentials'>,
  context: TokenContext,
): Promise<string> {
  const { clock = systemClock, env } = context
  const client = env[credential.name] ?? ''
  const key = JSON.stringify([placement, client])
  return getShared(key, client, context, async () => {
    const endpoint = await tokenEndpoint(credential, placement, context)
    const grant = 'grant_type=client_credentials'
    const answer = await requestToken(
      { name: credential.name, client, grant, scopes: placement.scopes, endpoint },
      context,
    )
    return toKept(answer, clock.now())
  })
}

/** The scopes stay those that the person agreed to (RFC 6749, section 6): none are sent. */
function loginToken(
  credential: Credential,
  placement: Placement<'refreshToken'>,
  context: TokenContext,
): Promise<string> {
  const { clock = systemClock, env } = context
  const { name } = credential
  const client = env[placement.client] ?? ''
  const key = JSON.stringify([placement, client, env[name]])
  const secret = JSON.stringify([client, env[name]])
  const { sharedTokens } = context
  return getShared(key, secret, context, async () => {
    const endpoint = await tokenEndpoint(credential, placement, context)
    const url = placement.refreshUrl ?? endpoint.url
    const sharedLogin = await sharedTokens?.read(`login ${key}`, secret)
    const login = sharedLogin?.value ?? rotated.get(key) ?? env[name] ?? ''
    const grant = `grant_type=refresh_token&refresh_token=${writeFormSecret(login, 'form')}`
    const answer = await requestToken({ name, client, grant, scopes: [], endpoint: { ...endpoint, url } }, context)
    const { refresh_token: next } = answer
    if (typeof next === 'string' && next !== '' && next !== login) {
      rotated.set(key, next)
      // Where it cannot be kept, the call goes on: this process knows it, and the next one asks for a new login.
      await context.saveCredential?.(name, next).catch(() => {})
      await sharedTokens?.keep(`login ${key}`, secret, { value: next, validUntilMs: clock.now() + LOGIN_MS })
    }
    return toKept(answer, clock.now())
  })
}

/** One of this process, one of another, or a new one, in this order. */
function getShared(
  key: string,
  secret: string,
  { clock = systemClock, sharedTokens }: TokenContext,
  request: () => Promise<KeptValue<string>>,
): Promise<string> {
  return kept.get(key, clock, async () => {
    const shared = await sharedTokens?.read(key, secret)
    if (shared && shared.validUntilMs > clock.now() && !refused.has(shared.value)) return shared
    const made = await request()
    await sharedTokens?.keep(key, secret, made)
    return made
  })
}

function toKept({ access_token: value, expires_in: seconds }: TokenAnswer, nowMs: number): KeptValue<string> {
  const lifeMs = Number(seconds) > 0 ? Number(seconds) * 1_000 : DEFAULT_LIFE_MS
  return { value, validUntilMs: nowMs + lifeMs - Math.min(MARGIN_MS, lifeMs / 2) }
}
