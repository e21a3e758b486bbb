import {
  type AuthRequest,
  AuthorizationError,
  authorizationErrorRedirect,
  type OAuthHelpers,
} from '@cloudflare/workers-oauth-provider'
import { readRequestBody } from '@modelcontextprotocol/server'
import { CallRefused } from '../../call-refused.ts'
import { NoAnswer } from '../../no-answer.ts'
import { IssuerUnreachable } from '../oauth/issuer-keys.ts'
import { AUTHORIZE_PATH, CALLBACK_PATH, generationOf, type TokenProps } from './authorization-server.ts'
import { consentBody, link, page, paragraph, shown } from './login-pages.ts'
import { loginIssuer, type LoginSettings } from './login-settings.ts'
import { isAllowed, nameOf, type Person, personId } from './person.ts'
import { type LoginAttempt, LoginFailed, newAttempt, type Upstream } from './upstream.ts'

export interface LoginParts {
  /** Name of the server, for people. */
  readonly server: string
  readonly settings: LoginSettings
  readonly upstream: Upstream
  readonly oauth: OAuthHelpers
}

/**
 * The pages that a person meets: consent, then the issuer's own, then back. What was asked for lies in the namespace
 * between them, under handles that work once, for ten minutes, in the browser that began.
 */
export async function servePages(request: Request, login: LoginParts): Promise<Response | undefined> {
  const { pathname } = new URL(request.url)
  try {
    if (pathname === AUTHORIZE_PATH && request.method === 'GET') return await askConsent(request, login)
    if (pathname === AUTHORIZE_PATH && request.method === 'POST') return await takeDecision(request, login)
    if (pathname === CALLBACK_PATH && request.method === 'GET') return await comeBack(request, login)
    return undefined
  } catch (error) {
    // Not redirected even where that is possible: anybody can register a client, and would have a redirector here
    // (RFC 9700, section 4.11.2).
    if (error instanceof AuthorizationError) return failed(error.description, 400)
    if (error instanceof LoginFailed) return failed(error.message, 502)
    if (error instanceof IssuerUnreachable || error instanceof CallRefused || error instanceof NoAnswer) {
      return failed(`${new URL(loginIssuer(login.settings)).host} could not log you in. Try again later.`, 502)
    }
    throw error
  }
}

/** Each time: an earlier yes to one client is none to what it asks now, nor to another. */
async function askConsent(request: Request, { oauth, server, settings }: LoginParts): Promise<Response> {
  const asked = await oauth.parseAuthRequest(request)
  // The library asks it of public clients alone. OAuth 2.1, section 7.5.2
  if (!asked.codeChallenge) return failed('The client must use PKCE with S256 (code_challenge).', 400)
  const client = await oauth.describeConsent(asked)
  const { handle, headers } = await oauth.beginConsent(asked)
  const title = `Let ${shown(client.clientName)} call ${server}?`
  return page(title, consentBody({ server, issuer: loginIssuer(settings), client, handle }), 200, headers)
}

const FORM_BYTES = 4_000

async function takeDecision(request: Request, { oauth, upstream }: LoginParts): Promise<Response> {
  const read = await readRequestBody(request, FORM_BYTES)
  const form = new URLSearchParams(read.tooLarge ? '' : read.text)
  const handle = form.get('handle') ?? ''
  if (form.get('decision') !== 'allow') {
    const { headers, redirectTo } = await oauth.denyConsent(request, handle)
    return redirect(redirectTo, headers)
  }
  const approved = await oauth.approveConsent(request, handle)
  const attempt = newAttempt(new URL(CALLBACK_PATH, request.url).href)
  const { state, headers } = await oauth.beginUpstream(approved.request, { data: attempt, headers: approved.headers })
  return redirect((await upstream.authorizeUrl(attempt, state)).href, headers)
}

async function comeBack(request: Request, login: LoginParts): Promise<Response> {
  const { oauth, upstream, settings } = login
  const { request: asked, data, headers } = await oauth.finishUpstream<LoginAttempt>(request)
  const code = new URL(request.url).searchParams.get('code')
  if (code === null) return redirect(refusal(asked, 'The person did not log in.'), headers)
  const person = await upstream.personOf(data, code)
  if (!isAllowed(person, settings)) return notAllowed(person, asked, login, headers)
  const issuer = loginIssuer(settings)
  const props: TokenProps = { issuer, generation: generationOf(settings), person }
  const { redirectTo } = await oauth.completeAuthorization({
    request: asked,
    userId: await personId(issuer, person),
    metadata: {},
    scope: asked.scope,
    props,
  })
  return redirect(redirectTo, headers)
}

function notAllowed(person: Person, asked: AuthRequest, { server }: LoginParts, headers: Headers): Response {
  const body = [
    paragraph(`You are logged in as ${nameOf(person)} (sub:${person.subject}), who may not call ${server}.`),
    paragraph('Ask its owner, or begin again with another account.'),
    link(refusal(asked, 'This person may not call this server.'), 'Back to the client'),
  ]
  return page('You may not call this server', body.join('\n'), 403, headers)
}

function refusal(asked: AuthRequest, description: string): string {
  return authorizationErrorRedirect(asked, 'access_denied', description)
}

function failed(sentence: string, status: number): Response {
  return page('This login did not work', paragraph(sentence) + paragraph('Begin again in your client.'), status)
}

function redirect(address: string, headers: Headers): Response {
  headers.set('location', address)
  headers.set('cache-control', 'no-store')
  headers.set('referrer-policy', 'no-referrer')
  return new Response(null, { status: 302, headers })
}
