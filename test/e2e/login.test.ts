import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AuthorizationFaults,
  type AuthorizationServerFixture,
  startAuthorizationServer,
} from '../bridge/connect/fixtures/authorization-server.ts'
import { call } from './call.ts'
import { type InboxBrowser, startInboxBrowser } from './inbox-browser.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const CLIENT = { id: 'client-7', secret: 'client-secret-5d2e' }
/** What is wrong with it may change from login to login. */
const faults: { -readonly [Name in keyof AuthorizationFaults]: AuthorizationFaults[Name] } = {}
let provider: AuthorizationServerFixture
let api: Server
let home: TestHome
let meta: Client

beforeAll(async () => {
  provider = await startAuthorizationServer(Object.assign(faults, { registered: CLIENT, tokenSeconds: 3_600 }))
  api = createServer((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const scope = provider.scopeOf(token)
    response.writeHead(scope === undefined ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(scope === undefined ? { error: 'no token' } : { scope }))
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: `${apiHost()},${new URL(provider.issuer).host},${otherHost()}` })
  meta = await home.connect()
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  api.closeAllConnections()
  api.close()
  await provider[Symbol.asyncDispose]()
})

// A TCP server's address is an AddressInfo.
const apiHost = () => `127.0.0.1:${(api.address() as AddressInfo).port}`

/** The same server under another name: another host, as Google's token server is. */
const otherHost = () => new URL(provider.issuer).host.replace('127.0.0.1', 'localhost')

const schemes = () => {
  const { origin } = new URL(provider.issuer)
  const urls = { authorizationUrl: `${origin}/authorize`, tokenUrl: `${origin}/token` }
  return {
    code: { type: 'oauth2', flows: { authorizationCode: { ...urls, scopes: { read: 'To read.' } } } },
    provider: { type: 'openIdConnect', openIdConnectUrl: `${origin}/.well-known/oauth-authorization-server/tenant` },
  }
}

/** An imported API that is signed in to so, deployed. */
async function deployApi(name: string, scheme: 'code' | 'provider'): Promise<void> {
  const description = {
    openapi: '3.1.0',
    info: { title: name, version: '1' },
    servers: [{ url: `http://${apiHost()}` }],
    security: [{ login: ['read'] }],
    components: { securitySchemes: { login: schemes()[scheme] } },
    paths: { '/scope': { get: { operationId: 'get_scope', responses: { 200: { description: 'The scope.' } } } } },
  }
  await call(meta, 'init_server', { name, description: 'Behind a login.' })
  await call(meta, 'import_openapi', { server: name, content: JSON.stringify(description), preview: false })
  await call(meta, 'deploy', { server: name })
}

const callApi = async (server: string) =>
  (await call(meta, 'call_tool', { server, tool: 'get_scope', arguments: {} })).text

/** Presses "Log in". @returns where the page sends the browser */
async function beginLogin(browser: InboxBrowser, server: string, client: Readonly<Record<string, string>>) {
  const { data } = await call(meta, 'request_secrets', { server })
  const page = await browser.open(String(data['link']))
  return { page, ...(await pressLogin(browser, page, client)) }
}

async function pressLogin(
  browser: InboxBrowser,
  page: Awaited<ReturnType<InboxBrowser['open']>>,
  client: Readonly<Record<string, string>>,
) {
  const answer = /name="answer"\s+value="(log-in[^"]*)"/.exec(page.text)?.[1] ?? 'log-in is not offered'
  const sent = await browser.submit(page, 'Log in at', { answer, ...client })
  return { sent, url: /<a href="(http[^"]+)"/.exec(sent.text)?.[1]?.replaceAll('&#38;', '&') ?? '' }
}

/** Goes to the authorization server. @returns where it sends the browser back to */
async function passThrough(browser: InboxBrowser, url: string): Promise<string> {
  return (await browser.open(url)).headers.get('location') ?? ''
}

const ENTERED = { client_id: CLIENT.id, client_secret: CLIENT.secret }

describe('the login of a person at an API', () => {
  it.each(['code', 'provider'] as const)('gives calls a token that is renewed by itself (%s)', async (scheme) => {
    const server = `by-${scheme}`
    await deployApi(server, scheme)
    const result = await meta.callTool({ name: 'call_tool', arguments: { server, tool: 'get_scope' } })
    expect(JSON.stringify(result.content)).toMatch(/SECRET_MISSING: .*\/inbox\/open\//)

    const browser = startInboxBrowser()
    const { page, sent, url } = await beginLogin(browser, server, ENTERED)
    expect(page.text).toContain('/inbox/oauth</strong>')
    expect(sent.text + url).not.toContain(CLIENT.secret)
    const asked = new URL(url).searchParams
    const scope = { code: 'read', provider: 'read offline_access' }[scheme]
    const wanted = { response_type: 'code', client_id: CLIENT.id, code_challenge_method: 'S256', scope }
    expect(Object.fromEntries(asked)).toMatchObject(wanted)
    const done = await browser.open(await passThrough(browser, url))
    expect(done.text).toContain('You are logged in at')
    expect((await call(meta, 'request_secrets', { server })).data).toMatchObject({ missing: [] })
    expect((await call(meta, 'list_servers')).text).not.toContain(`("${server}")`)
    await expect.poll(() => callApi(server), { timeout: 15_000 }).toContain('read')

    const exchanges = provider.grants.length
    provider.expireAll()
    expect(await callApi(server)).toContain('read')
    expect(provider.grants.slice(exchanges).map((grant) => grant.get('grant_type'))).toEqual(['refresh_token'])
  })

  it('shows a token server on another host before anything is sent to it, and calls go there then', async () => {
    await deployApi('elsewhere', 'provider')
    faults.tokenEndpoint = `http://${otherHost()}/token`
    const browser = startInboxBrowser()
    const { page, url } = await beginLogin(browser, 'elsewhere', ENTERED)
    expect(page.text.replaceAll(/\s+/g, ' ')).toContain(`are sent to <strong>${otherHost()}</strong> and nowhere else`)
    const done = await browser.open(await passThrough(browser, url))
    expect(done.text.replaceAll('&#34;', '"')).toContain('Deploy "elsewhere" to take it up')
    expect((await call(meta, 'request_secrets', { server: 'elsewhere' })).data).toMatchObject({ missing: [] })
    // What the provider says later changes nothing.
    faults.tokenEndpoint = 'https://evil.example/token'
    await call(meta, 'deploy', { server: 'elsewhere' })
    await expect.poll(() => callApi('elsewhere'), { timeout: 15_000 }).toContain('read')
    delete faults.tokenEndpoint
  })

  it('does not begin with addresses that came after the page was shown', async () => {
    await deployApi('moving', 'provider')
    const browser = startInboxBrowser()
    const { data } = await call(meta, 'request_secrets', { server: 'moving' })
    const page = await browser.open(String(data['link']))
    faults.tokenEndpoint = `http://${otherHost()}/token`
    const exchanges = provider.grants.length
    expect((await pressLogin(browser, page, ENTERED)).url).toBe('')
    delete faults.tokenEndpoint
    expect((await pressLogin(browser, page, ENTERED)).url).toContain('/authorize')
    expect(provider.grants.length).toBe(exchanges)
  })

  it('comes back once, to the browser that left, with the state that it took along', async () => {
    await deployApi('careful', 'code')
    const browser = startInboxBrowser()
    const back = await passThrough(browser, (await beginLogin(browser, 'careful', ENTERED)).url)
    const exchanges = provider.grants.length
    expect((await startInboxBrowser().open(back)).status).toBe(400)
    // That try has used the state up.
    expect((await browser.open(back)).text).toContain('finished already')
    const again = await passThrough(browser, (await beginLogin(browser, 'careful', {})).url)
    const forged = new URL(again)
    forged.searchParams.set('state', 'guessed')
    expect((await browser.open(forged.href)).status).toBe(400)
    expect(provider.grants.length).toBe(exchanges)
    expect((await call(meta, 'request_secrets', { server: 'careful' })).data).not.toMatchObject({ missing: [] })
  })

  it.each([
    ['denied', { denies: true }, /says: access_denied/],
    ['answered in the name of another issuer', { iss: 'https://evil.example' }, /another issuer: .*evil\.example/],
  ])('says so when it was %s', async (_, fault, said) => {
    await deployApi('unlucky', 'code')
    Object.assign(faults, fault)
    const browser = startInboxBrowser()
    const exchanges = provider.grants.length
    const done = await browser.open(await passThrough(browser, (await beginLogin(browser, 'unlucky', ENTERED)).url))
    for (const name of Object.keys(fault)) delete faults[name as keyof AuthorizationFaults]
    expect(done.status).toBe(400)
    expect(done.text.replaceAll('&#34;', '"')).toMatch(said)
    expect(provider.grants.length).toBe(exchanges)
  })

  it('says what the token server does not like, and asks for the client again', async () => {
    await deployApi('mistaken', 'code')
    const browser = startInboxBrowser()
    const wrong = { ...ENTERED, client_secret: 'mistyped-secret' }
    const failed = await browser.open(await passThrough(browser, (await beginLogin(browser, 'mistaken', wrong)).url))
    expect(failed.text).toMatch(/invalid_grant.*Check the client id/)
    const { url, page } = await beginLogin(browser, 'mistaken', ENTERED)
    expect(page.text).toContain('the one entered before')
    expect((await browser.open(await passThrough(browser, url))).text).toContain('You are logged in')
  })

  it('begins with no client that was never entered', async () => {
    await deployApi('empty', 'code')
    const { sent } = await beginLogin(startInboxBrowser(), 'empty', {})
    expect(sent.text).toContain('A field was left empty')
  })
})
