import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type JWTPayload, UnsecuredJWT } from 'jose'

/** People who log in at an issuer: each is known at once, without a page. */
export interface Logins {
  /** Claims of whoever comes next, over those that are right. */
  person: JWTPayload
  /** What its userinfo endpoint says; `{}` when absent. */
  userinfo?: JWTPayload
  /** Whether people do not log in, and are sent back. */
  isDeclined?: boolean
  /** Whether the next id_token is signed by nobody. */
  isUnsigned?: boolean
  /** What the issuer was sent: of people the address, of clients the form. */
  readonly asked: URLSearchParams[]
  readonly codes: Map<string, URLSearchParams>
}

export const CLIENT_ID = 'the-worker'
export const CLIENT_SECRET = 'secret-of-the-worker'

/** OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3, as strict as an issuer may be. */
export async function answerLogin(
  request: IncomingMessage,
  response: ServerResponse,
  logins: Logins,
  sign: (claims: JWTPayload) => Promise<string>,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://issuer')
  if (url.pathname === '/authorize') return sendBack(url.searchParams, response, logins)
  if (url.pathname === '/userinfo') return void response.end(JSON.stringify(logins.userinfo ?? {}))
  const form = new URLSearchParams(await text(request))
  logins.asked.push(form)
  const code = form.get('code') ?? ''
  const asked = logins.codes.get(code)
  logins.codes.delete(code)
  const digest = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  const basic = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`
  const isRight =
    request.headers.authorization === basic &&
    asked?.get('code_challenge') === digest &&
    asked.get('redirect_uri') === form.get('redirect_uri')
  if (!isRight) return void response.writeHead(400).end('{"error":"invalid_grant"}')
  const claims = {
    aud: CLIENT_ID,
    azp: CLIENT_ID,
    nonce: asked.get('nonce'),
    email: 'ann@example.com',
    email_verified: true,
    ...logins.person,
  }
  const idToken = logins.isUnsigned ? new UnsecuredJWT(claims).setExpirationTime('5m').encode() : await sign(claims)
  response.end(JSON.stringify({ access_token: randomUUID(), token_type: 'Bearer', id_token: idToken }))
}

function sendBack(asked: URLSearchParams, response: ServerResponse, { codes, asked: all, isDeclined }: Logins): void {
  all.push(asked)
  const code = randomUUID()
  codes.set(code, asked)
  const back = new URL(asked.get('redirect_uri') ?? '')
  if (isDeclined) back.searchParams.set('error', 'access_denied')
  else back.searchParams.set('code', code)
  back.searchParams.set('state', asked.get('state') ?? '')
  response.writeHead(302, { location: back.href }).end()
}
