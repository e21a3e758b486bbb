import type { CallContext } from './call-context.ts'
import { CallRefused } from './call-refused.ts'
import { basicText } from './credentials.ts'
import { writeFormSecret } from './form-secret.ts'
import { NoAnswer } from './no-answer.ts'
import { formEncode } from './percent-encode.ts'
import { readBody } from './read-body.ts'
import type { TokenEndpoint } from './token-server.ts'

/** A client that asks a token server for a token. */
export interface TokenRequest {
  /** The credential that the answer is for; errors name it. */
  readonly name: string
  /** Its value: `client id:client secret`; a public client has no secret. */
  readonly client: string
  /** The fields that name the grant, encoded: `grant_type=client_credentials`. */
  readonly grant: string
  readonly scopes: readonly string[]
  readonly endpoint: TokenEndpoint
}

/** What a token server said: RFC 6749, sections 5.1 and 5.2. */
export type TokenAnswer = Readonly<Record<string, unknown>> & { readonly access_token: string }

const ANSWER_BYTES = 1_000_000
/** Token servers that took a client only in the body. */
const postOnly = new Set<string>()

/**
 * Asks for a token, with the client's id and secret as HTTP Basic; in the form where the server wants that, or does not
 * know the client by Basic (RFC 6749, section 2.3.1).
 * @throws CallRefused when the token server refuses, naming the credential and what the server said
 * @throws NoAnswer when the signal aborts
 */
export async function requestToken(
  request: TokenRequest,
  context: Pick<CallContext, 'fetch' | 'signal'>,
): Promise<TokenAnswer> {
  let answer = await askInTurn(request, context)
  // Not every client may have all that a description lists: without scopes the server gives those it has.
  if (answer['error'] === 'invalid_scope' && request.scopes.length > 0) {
    answer = await askInTurn({ ...request, scopes: [] }, context)
  }
  const token = answer['access_token']
  if (typeof token !== 'string' || token === '') throw tokenRefused(request, answer)
  return { ...answer, access_token: token }
}

type Answer = Readonly<Record<string, unknown>>

async function askInTurn(request: TokenRequest, context: Pick<CallContext, 'fetch' | 'signal'>): Promise<Answer> {
  const { url, method } = request.endpoint
  const key = JSON.stringify([url, request.client])
  if (method === 'client_secret_post' || isPublic(request.client) || postOnly.has(key)) {
    return ask(request, 'client_secret_post', context)
  }
  const answer = await ask(request, 'client_secret_basic', context)
  if (answer['error'] !== 'invalid_client') return answer
  const second = await ask(request, 'client_secret_post', context)
  if ('access_token' in second) postOnly.add(key)
  // Some servers call the repetition an odd request; the first answer says what is wrong.
  return 'access_token' in second ? second : answer
}

function isPublic(client: string): boolean {
  return !client.startsWith('{{secret:') && /^[^:]*:?$/.test(client)
}

async function ask(
  { client, grant, scopes, endpoint }: TokenRequest,
  method: TokenEndpoint['method'],
  { fetch: send, signal }: Pick<CallContext, 'fetch' | 'signal'>,
): Promise<Answer> {
  const isBasic = method === 'client_secret_basic'
  const scope = scopes.length > 0 ? [`scope=${formEncode(scopes.join(' '))}`] : []
  const request = new Request(endpoint.url, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(isBasic && { authorization: `Basic ${basicText(client)}` }),
    },
    body: [grant, ...scope, ...(isBasic ? [] : [writeFormSecret(client, 'client')])].join('&'),
    redirect: 'manual',
  })
  try {
    const response = await send(request, { signal })
    const { status } = response
    const { bytes } = await readBody(response, ANSWER_BYTES)
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof answer === 'object' && answer !== null ? { status, ...answer } : { status }
  } catch (error) {
    if (signal.aborted) throw new NoAnswer(error)
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

function tokenRefused({ name, grant, endpoint }: TokenRequest, answer: Answer): CallRefused {
  const said = [answer['status'], answer['error'], answer['error_description']].filter(
    (each) => typeof each === 'string' || typeof each === 'number',
  )
  const [, type = ''] = /^grant_type=([a-z_]+)/.exec(grant) ?? []
  const fix =
    {
      refresh_token: `The login behind ${name} may have ended: log in again and set the new refresh token.`,
      authorization_code: 'Check the client id, its secret and its redirect URI where it is registered.',
    }[type] ?? `Check that ${name} is "client id:client secret" of a client that may use client credentials.`
  return new CallRefused(
    `${new URL(endpoint.url).host} gave no access token for ${name}${said.length > 0 ? `: ${said.join(', ')}` : ''}. The call was not made. ${fix}`,
  )
}
