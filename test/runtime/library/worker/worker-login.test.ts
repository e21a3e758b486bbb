import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import { LoginClient, REDIRECT_URI } from '../../../fixtures/login-client.ts'
import { PersonBrowser, type Shown } from '../../../fixtures/person-browser.ts'
import { serveModules, type StartedWorker } from '../../../fixtures/start-worker.ts'
import { callText } from './connect.ts'
import { deskDefinition } from './desk-definition.ts'
import { type Issuer, openIssuer } from './issuer.ts'
import { CLIENT_ID, CLIENT_SECRET } from './issuer-logins.ts'
import { rawLogin } from './raw-login.ts'
import { bundleProject } from './served-project.ts'

const opened = new AsyncDisposableStack()
let issuer: Issuer
let modules: ProjectFiles
let worker: StartedWorker
let raw: ReturnType<typeof rawLogin>

beforeAll(async () => {
  issuer = opened.use(await openIssuer('unused'))
  modules = await bundleProject(deskDefinition('desk.example'))
  const login = { issuer: issuer.url, client_id: CLIENT_ID, allow: ['ann@example.com', '*@example.org'] }
  worker = opened.use(
    await serveModules(modules, {
      env: { MCP_PROTECTION: 'login', MCP_LOGIN: JSON.stringify(login), MCP_LOGIN_CLIENT_SECRET: CLIENT_SECRET },
      bindings: ['MCP_CACHE', 'OAUTH_KV'],
    }),
  )
  raw = rawLogin(worker.url)
})
afterEach(() => {
  issuer.logins.person = {}
  issuer.logins.userinfo = {}
  issuer.logins.isUnsigned = false
  issuer.logins.isDeclined = false
  issuer.fail(false)
})
afterAll(() => opened.disposeAsync())

describe('a Worker that is its own authorization server, in workerd', () => {
  it('lets a client find it, register, and call once the person has agreed and logged in', async () => {
    const ann = new LoginClient(`${worker.url}/mcp`)
    const client = await ann.connect()
    expect(await callText(client, 'shout', 'hello')).toBe('HELLO')
    expect(await callText(client, 'settings')).not.toMatch(/LOGIN|OAUTH/)
    await client.close()
    expect(ann.browser.visited.map((address) => new URL(address).pathname)).toEqual([
      '/authorize',
      '/authorize',
      '/authorize',
      '/callback',
      '/done',
    ])
    expect(ann.held).toMatchObject({ expires_in: 900, refresh_token: expect.any(String) })
    const sent = issuer.logins.asked.map((form) => form.toString()).join('\n')
    expect(sent).toMatch(/code_challenge_method=S256.*nonce=/)
    expect(sent).not.toContain(CLIENT_SECRET)
  })

  it('says where it is, and that it takes S256 and gives its name with every answer', async () => {
    const resource = await read('/.well-known/oauth-protected-resource/mcp')
    expect(resource).toMatchObject({ resource: `${worker.url}/mcp`, authorization_servers: [worker.url] })
    expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({
      issuer: worker.url,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: false,
    })
    const refused = await raw.ping('guessed')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('shows who asks and where it goes, without script, and in no frame', async () => {
    const client = await raw.register({ client_name: '<script>alert(1)</script>\u202eEditor' })
    const consent = await new PersonBrowser().open(raw.authorizeUrl(client), REDIRECT_URI)
    expect(consent.text).toContain('&#60;script&#62;alert(1)&#60;/script&#62; Editor')
    expect(consent.text).not.toMatch(/<script|\u202e/)
    expect(consent.text).toContain('<strong>127.0.0.1</strong>')
    expect(consent.text).toContain(new URL(issuer.url).host)
    expect(consent.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(consent.headers.get('set-cookie')).toMatch(/^__Host-\S+; .*HttpOnly.*Secure|^__Host-\S+; .*Secure.*HttpOnly/)
  })

  it('tells the client when the person does not agree', async () => {
    const browser = new PersonBrowser()
    const consent = await browser.open(raw.authorizeUrl(await raw.register()), REDIRECT_URI)
    const done = await browser.submit(consent, 'deny', REDIRECT_URI)
    expect(done.url).toMatch(/error=access_denied.*state=mine/)
  })

  it('tells the client when the person does not log in, and the person when the issuer fails', async () => {
    issuer.logins.isDeclined = true
    const declined = await raw.logIn(new PersonBrowser(), await raw.register())
    expect(declined.url).toMatch(/^http:\/\/127\.0\.0\.1:43210\/done\?error=access_denied.*state=mine/)
    issuer.logins.isDeclined = false
    const browser = new PersonBrowser()
    const stopped = await raw.logIn(browser, await raw.register(), `${worker.url}/callback`)
    issuer.fail(true)
    const failed = await browser.open(stopped.url, REDIRECT_URI)
    expect([failed.status, failed.text]).toEqual([502, expect.stringContaining('could not log you in')])
  })

  it('asks the issuer for an address that the id_token lacks, and takes none of another person', async () => {
    issuer.logins.person = { sub: 'ann', email: undefined }
    expect((await logInAnew()).status).toBe(403)
    issuer.logins.userinfo = { sub: 'somebody', email: 'ann@example.com', email_verified: true }
    expect((await logInAnew()).status).toBe(403)
    issuer.logins.userinfo = { sub: 'ann', email: 'ann@example.com', email_verified: true }
    expect((await logInAnew()).url).toContain(`${REDIRECT_URI}?code=`)
  })

  it('refuses who is not allowed and says so, whatever their address claims to be', async () => {
    for (const person of [
      { email: 'eve@example.com' },
      { email: 'ann@example.com', email_verified: false },
      { email: 'ann@example.com.evil.example' },
      { email: 'eve@evil-example.org' },
    ]) {
      issuer.logins.person = { sub: 'eve', ...person }
      const refused = await raw.logIn(new PersonBrowser(), await raw.register())
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('who may not call desk')])
      expect(refused.text).toContain('sub:eve')
    }
    issuer.logins.person = { sub: 'bob', email: 'Bob@Example.org' }
    expect((await raw.logIn(new PersonBrowser(), await raw.register())).url).toContain(`${REDIRECT_URI}?code=`)
  })

  it('gives a new refresh token each time; one that was replaced opens nothing any more', async () => {
    const client = await raw.register()
    const first = await raw.redeem(client, await raw.logIn(new PersonBrowser(), client))
    expect((await raw.ping(first.access_token)).status).toBe(200)
    const second = await raw.refresh(client, first.refresh_token)
    const third = await raw.refresh(client, second.refresh_token)
    expect(new Set([first, second, third].map(({ refresh_token: token }) => token)).size).toBe(3)
    expect(await raw.refresh(client, first.refresh_token)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect((await raw.ping(third.access_token)).status).toBe(200)
  })
})

describe('who attacks a login', () => {
  it('gets a consent page of their own for their client, whatever the person agreed to before', async () => {
    const browser = new PersonBrowser()
    await raw.logIn(browser, await raw.register())
    const evil = await raw.register({ redirect_uris: ['https://evil.example/take'] })
    const asked = issuer.logins.asked.length
    const url = raw.authorizeUrl(evil, { redirect_uri: 'https://evil.example/take' })
    const shown = await browser.open(url, 'https://evil.example')
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('<strong>evil.example</strong>')])
    expect(issuer.logins.asked.length).toBe(asked)
  })

  it.each([
    ['an address that is not registered', { redirect_uri: 'https://evil.example/take' }],
    ['no address', { redirect_uri: undefined }],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['PKCE in plain', { code_challenge_method: 'plain' }],
    ['PKCE of no kind, which is plain', { code_challenge_method: undefined }],
    ['another resource', { resource: 'https://other.example/mcp' }],
    ['tokens in the address', { response_type: 'token' }],
    ['a client that is not registered', { client_id: 'x'.repeat(2_000) }],
  ])('is told on a page, and sent nowhere, who asks with %s', async (_, parameters) => {
    for (const method of ['none', 'client_secret_basic']) {
      const client = await raw.register({ token_endpoint_auth_method: method })
      const shown = await new PersonBrowser().open(raw.authorizeUrl(client, parameters), 'https://evil.example')
      expect([shown.status, shown.url.startsWith(worker.url)]).toEqual([400, true])
    }
  })

  it('cannot register an address that runs something', async () => {
    for (const address of ['javascript:alert(1)', 'data:text/html,x', 'http://evil.example/', 'https://a.example/#x']) {
      expect(await raw.register({ redirect_uris: [address] }), address).toBeUndefined()
    }
    expect(await raw.register({ redirect_uris: Array.from({ length: 50 }, () => REDIRECT_URI) })).toBeUndefined()
  })

  it('cannot agree for the person: neither from another page, nor twice', async () => {
    const client = await raw.register()
    const victim = new PersonBrowser()
    const ofTheAttacker = await new PersonBrowser().open(raw.authorizeUrl(client), REDIRECT_URI)
    expect((await victim.submit(ofTheAttacker, 'allow', REDIRECT_URI)).status).toBe(400)
    const consent = await victim.open(raw.authorizeUrl(client), REDIRECT_URI)
    expect((await victim.submit(consent, 'allow', REDIRECT_URI)).url).toContain('code=')
    expect((await victim.submit(consent, 'allow', REDIRECT_URI)).status).toBe(400)
  })

  it('cannot use a callback twice, nor a changed one, nor in the browser of somebody else', async () => {
    const client = await raw.register()
    const attacker = new PersonBrowser()
    const stopped = await raw.logIn(attacker, client, `${worker.url}/callback`)
    expect((await new PersonBrowser().open(stopped.url, REDIRECT_URI)).status).toBe(400)
    const changed = stopped.url.replace(/(?<=state=)./, (first) => (first === 'A' ? 'B' : 'A'))
    expect((await attacker.open(changed, REDIRECT_URI)).status).toBe(400)
    expect((await attacker.open(stopped.url, REDIRECT_URI)).url).toContain(`${REDIRECT_URI}?code=`)
    expect((await attacker.open(stopped.url, REDIRECT_URI)).status).toBe(400)
    expect((await attacker.open(`${worker.url}/callback?code=x&state=guessed`, REDIRECT_URI)).status).toBe(400)
  })

  it('has ten minutes to finish what a person began: the namespace forgets it then', async () => {
    await raw.logIn(new PersonBrowser(), await raw.register(), `${worker.url}/callback`)
    const begun = (await worker.keysOf('OAUTH_KV')).filter(({ name }) => name.startsWith('transaction:'))
    expect(begun).not.toEqual([])
    const latest = Math.max(...begun.map(({ expiration = Infinity }) => expiration))
    expect(latest - Date.now() / 1_000).toBeLessThanOrEqual(600)
  })

  it('gets nothing for the code of another client, with another verifier, or twice', async () => {
    const client = await raw.register()
    const thief = await raw.register()
    const refused = { status: 400, error: 'invalid_grant' }
    const done = await raw.logIn(new PersonBrowser(), client)
    expect(await raw.redeem(thief, done)).toMatchObject(refused)
    expect(await raw.redeem(client, done, { code_verifier: 'w'.repeat(64) })).toMatchObject(refused)
    expect(await raw.redeem(client, done, { resource: 'https://other.example/mcp' })).toMatchObject({
      status: 400,
      error: 'invalid_target',
    })
    const tokens = await raw.redeem(client, done)
    expect(await raw.refresh(thief, tokens.refresh_token)).toMatchObject(refused)
    expect(await raw.redeem(client, done)).toMatchObject(refused)
    // A code that comes twice was stolen: what it opened is closed.
    expect((await raw.ping(tokens.access_token)).status).toBe(401)
  })

  it('gets nowhere with a token of another address: it is none at another address', async () => {
    const client = await raw.register()
    const { access_token: token } = await raw.redeem(client, await raw.logIn(new PersonBrowser(), client))
    expect((await raw.ping(token)).status).toBe(200)
    const elsewhere = rawLogin(worker.url.replace('127.0.0.1', 'localhost'))
    expect((await elsewhere.ping(token)).status).toBe(401)
  })

  it.each([
    ['of another login', { nonce: 'another' }],
    ['for another client', { aud: 'another' }],
    ['for several, and given to another', { aud: [CLIENT_ID, 'another'], azp: 'another' }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['that has ended', { exp: 1_700_000_000 }],
  ])('does not get in with an id_token %s', async (_, person) => {
    issuer.logins.person = person
    const shown = await raw.logIn(new PersonBrowser(), await raw.register())
    expect([shown.status, shown.text]).toEqual([502, expect.stringContaining('id_token')])
  })

  it('does not get in with an id_token that nobody signed', async () => {
    issuer.logins.person = { iss: issuer.url, sub: 'ann' }
    issuer.logins.isUnsigned = true
    expect((await raw.logIn(new PersonBrowser(), await raw.register())).status).toBe(502)
  })

  it('gets no error of the server for tokens that cannot be', async () => {
    const client = await raw.register()
    for (const token of ['', 'a:b:c', `${'a'.repeat(3_000)}:b:c`, '::', 'a:b']) {
      expect((await raw.ping(token || 'x')).status, token).toBe(401)
      expect((await raw.refresh(client, token)).status, token).toBe(400)
    }
  })
})

it('counts each person by themselves, and who has not logged in by address', async () => {
  await using limited = await serveModules(modules, {
    env: {
      MCP_PROTECTION: 'login',
      MCP_LOGIN: JSON.stringify({ issuer: issuer.url, client_id: CLIENT_ID, allow: ['*'] }),
      MCP_LOGIN_CLIENT_SECRET: CLIENT_SECRET,
    },
    bindings: ['OAUTH_KV'],
    requestsPerMinute: PER_MINUTE,
  })
  const there = rawLogin(limited.url)
  const client = await there.register()
  const logIn = async (sub: string) => {
    issuer.logins.person = { sub }
    return (await there.redeem(client, await there.logIn(new PersonBrowser(), client))).access_token
  }
  const [ann, bob] = [await logIn('ann'), await logIn('bob')]
  expect(await untilLimited(async () => (await there.ping(ann)).status)).toBe(200)
  expect((await there.ping(bob)).status).toBe(200)
  expect(await untilLimited(async () => (await fetch(`${limited.url}/authorize`)).status)).toBe(400)
})

const PER_MINUTE = 15

/** Asks until it is too often. @returns the status of the answer before. A minute may end meanwhile. */
async function untilLimited(ask: () => Promise<number>): Promise<number | undefined> {
  const statuses: number[] = []
  while (!statuses.includes(429) && statuses.length <= 2 * PER_MINUTE) statuses.push(await ask())
  expect(statuses.at(-1)).toBe(429)
  return statuses.at(-2)
}

it('is closed, and says what is missing', async () => {
  const env = { MCP_PROTECTION: 'login', MCP_LOGIN: '{"github": true, "client_id": "desk", "allow": ["*"]}' }
  await using closed = await serveModules(modules, { env })
  for (const path of ['/mcp', '/authorize', '/oauth/register']) {
    const answer = await fetch(`${closed.url}${path}`, { method: 'POST' })
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { error: 'The secret MCP_LOGIN_CLIENT_SECRET is not set.' },
    ])
  }
})

async function logInAnew(): Promise<Shown> {
  return raw.logIn(new PersonBrowser(), await raw.register())
}

async function read(path: string): Promise<unknown> {
  return (await fetch(`${worker.url}${path}`)).json()
}
