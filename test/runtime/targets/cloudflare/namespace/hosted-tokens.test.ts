import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../../../../generators/project/emit-project.ts'
import type { CloudflareTargetOptions } from '../../../../../runtime/targets/cloudflare/target-options.ts'
import { bundleWorker } from '../../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../../src/pipeline/workshop/package-sources.ts'
import type { ProjectFiles } from '../../../../../src/model/project-files.ts'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { LoginClient } from '../../../../fixtures/login-client.ts'
import { NAMESPACE, openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { PublishedServer } from '../../../../fixtures/publisher/open-publisher.ts'
import { aroundLibrary } from '../../../../fixtures/publisher/roaming-worker.ts'
import { TokenHolder } from '../../../../fixtures/token-holder.ts'
import { callText } from '../../../library/worker/connect.ts'
import { deskDefinition } from '../../../library/worker/desk-definition.ts'
import { type Issuer, openIssuer } from '../../../library/worker/issuer.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../../library/worker/issuer-logins.ts'

const signal = new AbortController().signal
const ISSUER = 'https://id.example.com'
const KEYS = 'https://keys.example.com'
const DISPATCHER = 'https://mcp-servers-dispatcher.acme.workers.dev'
const oauth = { protection: 'oauth', issuer: ISSUER }
const login = {
  protection: 'login',
  login: { issuer: ISSUER, client_id: CLIENT_ID, allow: ['ann@example.com'] },
  domain: 'desk.example.org',
}
const server = new PublishedServer()
const opened = new AsyncDisposableStack()
let cloudflare: Cloudflare
let issuer: Issuer
let files: ProjectFiles
let modules: ProjectFiles

beforeAll(async () => {
  issuer = opened.use(await openIssuer('unused', ISSUER, KEYS))
  const { address } = issuer
  const upstreams = { 'id.example.com': address, 'keys.example.com': address, 'more.example.com': address }
  cloudflare = opened.use(await startCloudflare({ accounts: [{ plan: 'paid', zones: ['example.org'] }], upstreams }))
  const cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-tokens-'))
  opened.defer(() => rm(cache, { recursive: true, force: true }))
  const desk = deskDefinition('desk.example')
  // A namespace has no cron triggers, which what is put off needs.
  const definition = { ...desk, tools: desk.tools.filter(({ name }) => name !== 'later') }
  files = emitProject(definition, projectSurroundings())
  modules = aroundLibrary(await bundleWorker(files, cache))
})
afterAll(() => opened.disposeAsync())
afterEach(() => issuer.fail(false))

describe('a hosted server that takes tokens of an issuer', () => {
  it('is not deployed while its issuer does not answer, and the reason is told', async () => {
    issuer.fail(true)
    const error = {
      code: 'TARGET_REFUSED',
      message: expect.stringMatching(/The issuer "https:\/\/id\.example\.com" cannot be used: .*answered HTTP 500/),
    }
    await expect(publisher().plan(request(1, oauth))).rejects.toMatchObject(error)
    await expect(publisher().apply(request(1, oauth), signal)).rejects.toMatchObject(error)
    expect(cloudflare.account.dispatch.size).toBe(0)
  })

  it('is planned with the hosts that its issuer is asked at', async () => {
    const { steps } = await publisher().plan({ ...request(1, oauth), hosts: ['desk.example'] })
    expect(steps).toContain('It reaches desk.example, id.example.com, keys.example.com, and nothing else.')
    expect(steps).toContain('Of these for who its callers are: id.example.com, keys.example.com.')
    expect(steps.join('\n')).toContain(`/${server.worker}/mcp (protected by OAuth of ${ISSUER}).`)
  })

  it('leads a client behind the dispatcher to its issuer, and answers the token that it comes back with', async () => {
    const { endpointUrl } = await publisher().apply(request(1, oauth), signal)
    expect(endpointUrl).toBe(`${DISPATCHER}/${server.worker}/mcp`)
    const holder = new TokenHolder(ISSUER)
    await expect(connect(endpointUrl, holder)).rejects.toThrow(UnauthorizedError)
    expect(holder.asked?.origin).toBe(ISSUER)
    expect(holder.asked?.searchParams.get('resource')).toBe(endpointUrl)
    holder.token = await issuer.token({ aud: endpointUrl })
    const client = await connect(endpointUrl, holder)
    expect(await callText(client, 'shout', 'hello')).toBe('HELLO')
    await client.close()
  })

  it('is deployed anew while its issuer is away, with the hosts of the deploy before; another issuer must answer', async () => {
    issuer.fail(true)
    const note = expect.stringMatching(/answered HTTP 500.*Its hosts are those of the deploy before/)
    expect((await publisher().plan(request(2, oauth))).steps).toContainEqual(note)
    const { notes } = await publisher().apply(request(2, oauth), signal)
    expect(notes).toEqual([note])
    const { calls } = cloudflare.account.dispatch.get(NAMESPACE) ?? { calls: [] }
    expect(calls.at(-1)?.options.outbound).toEqual({ EGRESS: { hosts: ['id.example.com', 'keys.example.com'] } })
    const another = { protection: 'oauth', issuer: KEYS }
    await expect(publisher().plan(request(2, another))).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
  })

  it("takes no token that is for another server of the namespace, nor for the dispatcher's root", async () => {
    for (const aud of [`${DISPATCHER}/other/mcp`, `${DISPATCHER}/mcp`]) {
      const holder = new TokenHolder(ISSUER)
      holder.token = await issuer.token({ aud })
      await expect(connect(`${DISPATCHER}/${server.worker}/mcp`, holder)).rejects.toThrow(UnauthorizedError)
    }
  })

  it('reaches its issuer where that is asked, and no other host of it, with any way around the library', async () => {
    expect(await reach(`${ISSUER}/.well-known/openid-configuration`)).toMatchObject([200, expect.any(String)])
    expect(await reach(`${KEYS}/keys`)).toMatchObject([200, expect.any(String)])
    expect(await reach('https://more.example.com/')).toMatchObject([403, expect.stringContaining('HOST_NOT_ALLOWED')])
    const { calls } = cloudflare.account.dispatch.get(NAMESPACE) ?? { calls: [] }
    expect(calls.at(-1)?.options.outbound).toEqual({ EGRESS: { hosts: ['id.example.com', 'keys.example.com'] } })
  })
})

describe('a hosted server that people log in to', () => {
  it('is planned with the redirect URI at its domain, and waits for the secret of its client', async () => {
    const { steps } = await publisher({ loginSecretOf: async () => undefined }).plan(request(2, login))
    expect(steps.join('\n')).toContain('must have the redirect URI https://desk.example.org/callback.\nA person enters')
    await expect(
      publisher({ loginSecretOf: async () => undefined }).apply(request(2, login), signal),
    ).rejects.toMatchObject({
      code: 'SECRET_MISSING',
    })
  })

  it('is called at its domain by the client of a person who logged in, and has no login at the common address', async () => {
    const { endpointUrl } = await publisher().apply(request(2, login), signal)
    expect(endpointUrl).toBe('https://desk.example.org/mcp')
    const client = await new LoginClient(endpointUrl, browse).connect()
    expect(await callText(client, 'shout', 'hello')).toBe('HELLO')
    await client.close()
    for (const page of ['authorize', 'mcp', '.well-known/oauth-authorization-server']) {
      expect((await browse(`${DISPATCHER}/${server.worker}/${page}`)).status).toBe(404)
    }
  })
})

function publisher(options: Partial<CloudflareTargetOptions> = {}) {
  return openHostedPublisher(cloudflare, {
    fetch: browse,
    loginSecretOf: async () => CLIENT_SECRET,
    trialCallOf: async () => ({ tool: 'shout', input: { text: 'trial' } }),
    ...options,
  })
}

function request(version: number, settings: object) {
  return server.request(version, modules, { ...settings }, files)
}

/** What a machine on the internet reaches: the published servers, and the issuer under its public names. */
async function browse(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  if (![ISSUER, KEYS].includes(url.origin)) return cloudflare.fetch(input, init)
  const answer = await fetch(new URL(`${url.pathname}${url.search}`, issuer.address), init)
  return Object.defineProperty(answer, 'url', { value: url.href })
}

async function connect(endpointUrl: string, authProvider: TokenHolder): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(endpointUrl), { authProvider, fetch: browse }))
  return client
}

async function reach(address: string): Promise<[status: number, text: string]> {
  const response = await browse(`${DISPATCHER}/${server.worker}/?reach=${encodeURIComponent(address)}`)
  return [response.status, await response.text()]
}
