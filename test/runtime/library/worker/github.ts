import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../../../fixtures/cloudflare/listen.ts'
import { CLIENT_ID, CLIENT_SECRET } from './issuer-logins.ts'

/** A person at GitHub, and how the login goes wrong. */
export interface GithubPerson {
  id: number
  login: string
  emails: { readonly email: string; readonly primary: boolean; readonly verified: boolean }[]
  /** Whether they do not let the application in. */
  isDeclined: boolean
  /** Errors come with status 200; `form` is how GitHub answers who does not ask for JSON. */
  exchange: 'right' | 'bad code as JSON' | 'bad code as form'
  /** What the API answers. */
  api: 'right' | 'token revoked' | 'rate limit'
}

export interface Github extends AsyncDisposable {
  /** Addresses on loopback by the hosts that they stand in for. */
  readonly upstreams: Readonly<Record<string, string>>
  /** Who logs in next. */
  readonly person: GithubPerson
  /** Where the person is sent, on loopback. */
  readonly address: string
}

/**
 * GitHub, as far as a login by an OAuth app meets it.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 * https://docs.github.com/en/rest/users/users, https://docs.github.com/en/rest/users/emails
 */
export async function openGithub(person: GithubPerson): Promise<Github> {
  const codes = new Map<string, URLSearchParams>()
  const tokens = new Set<string>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://github')
    // The stand-in of the network says what host was asked for; a person's browser comes by the address itself.
    const host = request.headers['x-forwarded-host'] ?? 'github.com'
    const place = `${request.method} ${String(host)}${url.pathname}`
    if (place === 'GET github.com/login/oauth/authorize') return authorize(url.searchParams, response, person, codes)
    if (place === 'POST github.com/login/oauth/access_token')
      return void giveToken(request, response, person, codes, tokens)
    if (place === 'GET api.github.com/user' || place === 'GET api.github.com/user/emails')
      return answerApi(url.pathname, request, response, person, tokens)
    response.writeHead(404).end('{"message":"Not Found"}')
  })
  const address = await listen(server)
  return {
    upstreams: { 'github.com': address, 'api.github.com': address },
    person,
    address,
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections()
    },
  }
}

function authorize(
  asked: URLSearchParams,
  response: ServerResponse,
  { isDeclined }: GithubPerson,
  codes: Map<string, URLSearchParams>,
): void {
  const back = new URL(asked.get('redirect_uri') ?? '')
  const code = randomUUID()
  codes.set(code, asked)
  if (isDeclined) back.search = 'error=access_denied&error_description=The+user+has+denied+your+application+access.'
  else back.searchParams.set('code', code)
  back.searchParams.set('state', asked.get('state') ?? '')
  response.writeHead(302, { location: back.href }).end()
}

async function giveToken(
  request: IncomingMessage,
  response: ServerResponse,
  { exchange }: GithubPerson,
  codes: Map<string, URLSearchParams>,
  tokens: Set<string>,
): Promise<void> {
  const form = new URLSearchParams(await text(request))
  const code = form.get('code') ?? ''
  const asked = codes.get(code)
  codes.delete(code)
  const digest = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  const isClient = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET
  const isRight =
    exchange === 'right' &&
    asked?.get('code_challenge') === digest &&
    asked.get('redirect_uri') === form.get('redirect_uri')
  const token = `gho_${randomUUID()}`
  if (isClient && isRight) tokens.add(token)
  const answer = isRight
    ? { access_token: token, scope: asked.get('scope') ?? '', token_type: 'bearer' }
    : { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }
  const refused = { error: 'incorrect_client_credentials' }
  const isJson = request.headers.accept === 'application/json' && exchange !== 'bad code as form'
  const fields: Record<string, string> = isClient ? answer : refused
  response
    .writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' })
    .end(isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString())
}

function answerApi(
  path: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
  { id, login, emails, api }: GithubPerson,
  tokens: ReadonlySet<string>,
): void {
  const answer = (status: number, body: unknown, more = {}) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body))
  const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
  if (headers['user-agent'] === undefined) return answer(403, { message: 'Request forbidden by administrative rules.' })
  if (api === 'token revoked' || !tokens.has(token)) return answer(401, { message: 'Bad credentials' })
  if (api === 'rate limit') {
    return answer(403, { message: 'API rate limit exceeded for user ID 42.' }, { 'x-ratelimit-remaining': '0' })
  }
  // The profile's own address is what the person likes to show; nobody has checked it.
  return answer(200, path === '/user' ? { id, login, email: 'anything@evil.example' } : emails)
}
