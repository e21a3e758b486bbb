import type { CallContext } from './call-context.ts'
import { CallRefused } from './call-refused.ts'
import { systemClock } from './clock.ts'
import { basicText } from './credentials.ts'
import type { Credential, CredentialPlacement } from './http-call.ts'
import { NoAnswer } from './no-answer.ts'
import { formEncode } from './percent-encode.ts'

/** Tokens by the name of the credential that they were got with. */
export type AccessTokens = ReadonlyMap<string, string>

type ClientPlacement = Extract<CredentialPlacement, { type: 'clientCredentials' }>
type TokenContext = Pick<CallContext, 'fetch' | 'env' | 'signal' | 'clock'>

interface KeptToken {
  readonly token: string
  /** Milliseconds since 1970, UTC. */
  readonly validUntilMs: number
}

/** By token address, scopes and client; calls that come together share one request. */
const kept = new Map<string, Promise<KeptToken>>()
/** A token is not used in the last seconds of its life: it would end on the way. */
const MARGIN_MS = 30_000
const DEFAULT_LIFE_MS = 5 * 60_000

/**
 * Gets a token for each credential that stands for an OAuth client, and keeps it while it is valid.
 * RFC 6749, section 4.4 (client credentials)
 * @throws CallRefused when the token server refuses, naming the credential and what the server said
 * @throws NoAnswer when the signal aborts
 */
export async function accessTokens(credentials: readonly Credential[], context: TokenContext): Promise<AccessTokens> {
  const tokens = new Map<string, string>()
  for (const { name, placement } of credentials) {
    if (placement.type !== 'clientCredentials') continue
    tokens.set(name, await keptToken(name, placement, context))
  }
  return tokens
}

/** Forgets tokens that an API did not take, so that the next call gets new ones. */
export async function forgetTokens(tokens: AccessTokens): Promise<void> {
  const ended = new Set(tokens.values())
  for (const [key, pending] of kept) {
    const known = await pending.catch(() => undefined)
    if (known && ended.has(known.token) && kept.get(key) === pending) kept.delete(key)
  }
}

async function keptToken(name: string, placement: ClientPlacement, context: TokenContext): Promise<string> {
  const { clock = systemClock } = context
  const key = JSON.stringify([placement.tokenUrl, placement.scopes, context.env[name]])
  for (let pending = kept.get(key); pending !== undefined; pending = kept.get(key)) {
    const known = await pending.catch(() => undefined)
    if (known && known.validUntilMs > clock.now()) return known.token
    // It failed or has ended; the first to see it makes way for another.
    if (kept.get(key) === pending) kept.delete(key)
  }
  const pending = requestToken(name, placement, context)
  kept.set(key, pending)
  return (await pending).token
}

async function requestToken(name: string, placement: ClientPlacement, context: TokenContext): Promise<KeptToken> {
  const { clock = systemClock } = context
  let answer = await askForToken(name, placement, context)
  // Not every client may have all that a description lists: without scopes the server gives those it has.
  if (answer.error === 'invalid_scope') answer = await askForToken(name, { ...placement, scopes: [] }, context)
  const { access_token: token, expires_in: seconds } = answer
  if (typeof token !== 'string' || token === '') throw tokenRefused(name, placement, answer)
  const lifeMs = Number(seconds) > 0 ? Number(seconds) * 1_000 : DEFAULT_LIFE_MS
  return { token, validUntilMs: clock.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 2) }
}

async function askForToken(
  name: string,
  { tokenUrl, scopes }: ClientPlacement,
  { fetch: send, env, signal }: TokenContext,
): Promise<Record<string, unknown>> {
  const scope = scopes.length > 0 ? `&scope=${formEncode(scopes.join(' '))}` : ''
  const request = new Request(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${basicText(env[name] ?? '')}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `grant_type=client_credentials${scope}`,
    redirect: 'manual',
    signal,
  })
  try {
    const response = await send(request)
    const answer: unknown = JSON.parse(await response.text())
    return typeof answer === 'object' && answer !== null ? { status: response.status, ...answer } : {}
  } catch (error) {
    if (signal.aborted) throw new NoAnswer(error)
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

function tokenRefused(name: string, { tokenUrl }: ClientPlacement, answer: Record<string, unknown>): CallRefused {
  const said = [answer['status'], answer['error'], answer['error_description']].filter(
    (each) => typeof each === 'string' || typeof each === 'number',
  )
  return new CallRefused(
    `${new URL(tokenUrl).host} gave no access token for ${name}${said.length > 0 ? `: ${said.join(', ')}` : ''}. The call was not made. Check that ${name} is "client id:client secret" of a client that may use client credentials.`,
  )
}
