import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LoginClient, REDIRECT_URI } from '../../../fixtures/login-client.ts'
import { PersonBrowser, type Shown } from '../../../fixtures/person-browser.ts'
import type { StartedWorker } from '../../../fixtures/start-worker.ts'
import { callText } from './connect.ts'
import { deskDefinition } from './desk-definition.ts'
import { type Github, type GithubPerson, openGithub } from './github.ts'
import { CLIENT_ID, CLIENT_SECRET } from './issuer-logins.ts'
import { rawLogin } from './raw-login.ts'
import { serveProject } from './served-project.ts'

const ANN: GithubPerson = {
  id: 42,
  login: 'Ann-At-Work',
  emails: [
    { email: 'ann@private.example', primary: true, verified: true },
    { email: 'Ann@Example.com', primary: false, verified: true },
    { email: 'boss@example.net', primary: false, verified: false },
  ],
  isDeclined: false,
  exchange: 'right',
  api: 'right',
}

const opened = new AsyncDisposableStack()
let github: Github
let worker: StartedWorker

beforeAll(async () => {
  github = opened.use(await openGithub({ ...ANN }))
  const login = {
    github: true,
    client_id: CLIENT_ID,
    allow: ['ann@example.com', 'boss@example.net', 'github:octocat', 'sub:7'],
  }
  worker = opened.use(
    await serveProject(deskDefinition('desk.example'), {
      env: { MCP_PROTECTION: 'login', MCP_LOGIN: JSON.stringify(login), MCP_LOGIN_CLIENT_SECRET: CLIENT_SECRET },
      bindings: ['OAUTH_KV'],
      upstreams: github.upstreams,
    }),
  )
})
afterEach(() => void Object.assign(github.person, ANN))
afterAll(() => opened.disposeAsync())

/** A browser's way to GitHub, which listens on loopback here. */
const send: typeof fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  return fetch(url.host === 'github.com' ? new URL(`${url.pathname}${url.search}`, github.address) : input, init)
}

async function logIn(person: Partial<GithubPerson>): Promise<Shown> {
  Object.assign(github.person, person)
  const raw = rawLogin(worker.url)
  return raw.logIn(new PersonBrowser(send), await raw.register())
}

describe('a Worker whose people log in at GitHub, in workerd', () => {
  it('is called by a client whose person logged in there', async () => {
    const ann = new LoginClient(`${worker.url}/mcp`, send)
    const client = await ann.connect()
    expect(await callText(client, 'shout', 'hello')).toBe('HELLO')
    await client.close()
    const places = ann.browser.visited.map((address) => new URL(address)).map(({ host, pathname }) => host + pathname)
    expect(places).toContain('github.com/login/oauth/authorize')
    expect(ann.browser.visited.join('\n')).not.toContain(CLIENT_SECRET)
  })

  it('lets in whose account is named, by its name in any case or by its number', async () => {
    for (const account of [
      { id: 1, login: 'OctoCat' },
      { id: 7, login: 'renamed' },
    ]) {
      expect((await logIn({ ...account, emails: [] })).url).toContain(`${REDIRECT_URI}?code=`)
    }
  })

  it.each<[string, Partial<GithubPerson>]>([
    ['is not named', { emails: [{ email: 'eve@example.com', primary: true, verified: true }] }],
    [
      'has not verified their address, be it the primary one',
      { emails: [{ email: 'boss@example.net', primary: true, verified: false }] },
    ],
    ['has an account of a name that only begins so', { login: 'octocat-2', emails: [] }],
  ])('refuses who %s, and says who they are', async (_, person) => {
    const refused = await logIn(person)
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('who may not call desk')])
    expect(refused.text).toContain(`github:${person.login ?? ANN.login} (sub:42)`)
  })

  it('tells the client when the person does not let it in', async () => {
    expect((await logIn({ isDeclined: true })).url).toMatch(/\/done\?error=access_denied.*state=mine/)
  })

  it.each<[string, Partial<GithubPerson>, string]>([
    ['the code is refused', { exchange: 'bad code as JSON' }, 'github.com could not log you in'],
    ['the code is refused in a form', { exchange: 'bad code as form' }, 'github.com could not log you in'],
    ['the token is not taken', { api: 'token revoked' }, 'api.github.com did not say who you are'],
    ['it was asked too often', { api: 'rate limit' }, 'api.github.com did not say who you are'],
  ])('lets nobody in when %s, and tells the person without what passed between the two', async (_, person, said) => {
    const failed = await logIn(person)
    expect([failed.status, failed.text]).toEqual([502, expect.stringContaining(said)])
    expect(failed.url).toContain(`${worker.url}/callback`)
    expect(failed.text).not.toMatch(/gho_|bad_verification_code|rate limit|secret-of-the-worker/)
  })
})
