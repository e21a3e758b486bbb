import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../../../generators/project/emit-project.ts'
import { createWrangler } from '../../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { findWrangler } from '../../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import type { Wrangler } from '../../../../runtime/targets/cloudflare/wrangler/wrangler.ts'
import { bundleWorker } from '../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../src/pipeline/workshop/package-sources.ts'
import type { DeploymentRequest, DeploymentTarget } from '../../../../src/model/deployment-target.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { LoginClient } from '../../../fixtures/login-client.ts'
import { apiWrangler } from '../../../fixtures/publisher/api-wrangler.ts'
import { openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { callText } from '../../library/worker/connect.ts'
import { deskDefinition } from '../../library/worker/desk-definition.ts'
import { type Issuer, openIssuer } from '../../library/worker/issuer.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../library/worker/issuer-logins.ts'

const signal = new AbortController().signal
const ISSUER = 'https://id.example.com'
const login = { issuer: ISSUER, client_id: CLIENT_ID, allow: ['ann@example.com'] }
const server = new PublishedServer()
const opened = new AsyncDisposableStack()
let cloudflare: Cloudflare
let issuer: Issuer
let files: ProjectFiles
let modules: ProjectFiles
let cache: string

beforeAll(async () => {
  issuer = opened.use(await openIssuer('unused', ISSUER))
  cloudflare = opened.use(await startCloudflare({ upstreams: { 'id.example.com': issuer.address } }))
  cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-login-'))
  opened.defer(() => rm(cache, { recursive: true, force: true }))
  files = emitProject(deskDefinition('desk.example'), projectSurroundings())
  modules = await bundleWorker(files, cache)
})
afterAll(() => opened.disposeAsync())

describe('a server that people log in to', () => {
  it('is planned with the address that its client must have, before there is a secret', async () => {
    const { steps } = await publisher(undefined).plan(request(1))
    expect(steps.join('\n')).toContain(`must have the redirect URI ${server.url}/callback.\nA person enters the secret`)
    expect(steps.join('\n')).toContain('for people who log in: ann@example.com')
    await expect(publisher(undefined).apply(request(1), signal)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
    expect(cloudflare.account.scripts.size).toBe(0)
  })

  it('is published through the real wrangler, and a client of a person who logged in calls it', async () => {
    const { endpointUrl } = await publisher(CLIENT_SECRET, realWrangler()).apply(request(1), signal)
    expect([...cloudflare.account.namespaces.values()].map(({ title }) => title)).toEqual([`${server.worker}-cache`])
    const ann = new LoginClient(endpointUrl, browse)
    const client = await ann.connect()
    expect(await callText(client, 'shout', 'hello')).toBe('HELLO')
    await client.close()
    issuer.logins.person = { sub: 'eve', email: 'eve@example.com' }
    await expect(new LoginClient(endpointUrl, browse).connect()).rejects.toThrow('/callback')
    issuer.logins.person = {}
  })

  it('ends all logins when the generation is raised, for access and refresh tokens', async () => {
    const ann = new LoginClient(`${server.url}/mcp`, browse)
    await (await ann.connect()).close()
    const { access_token: access = '', refresh_token: refresh = '' } = ann.held ?? {}
    expect(await ping(access)).toBe(200)
    await publisher(CLIENT_SECRET).apply(request(2, { ...login, generation: 2 }), signal)
    expect(await ping(access)).toBe(401)
    const renewed = await cloudflare.fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refresh,
        ...credentialsOf(ann),
      }).toString(),
    })
    expect([renewed.status, await renewed.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_grant' })])
    const again = await ann.connect()
    expect(await callText(again, 'shout', 'back')).toBe('BACK')
    await again.close()
  })

  it('lets nobody in who is no longer named', async () => {
    const ann = new LoginClient(`${server.url}/mcp`, browse)
    await (await ann.connect()).close()
    const others = { ...login, generation: 2, allow: ['bob@example.com'] }
    await publisher(CLIENT_SECRET).apply(request(3, others), signal)
    expect(await ping(ann.held?.access_token ?? '')).toBe(401)
  })

  it('is taken away with its namespace', async () => {
    await publisher(CLIENT_SECRET).remove(server.deployment)
    expect([cloudflare.account.scripts.size, cloudflare.account.namespaces.size]).toEqual([0, 0])
  })
})

function publisher(secret: string | undefined, wrangler: Wrangler = apiWrangler()): Required<DeploymentTarget> {
  return openPublisher(cloudflare, {
    wrangler,
    loginSecretOf: async () => secret,
    trialCallOf: async () => ({ tool: 'shout', input: { text: 'trial' } }),
  })
}

function realWrangler(): Wrangler {
  const registry = { searchPath: '', home: '', network: {} }
  return createWrangler({ findProgram: (abort) => findWrangler({ wranglers: '', registry }, abort), scratch: cache })
}

function request(version: number, settings: object = login): DeploymentRequest {
  return server.request(version, modules, { protection: 'login', login: settings }, files)
}

/** What a person's machine reaches: the published servers, and the issuer under its public name. */
async function browse(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.origin !== ISSUER) return cloudflare.fetch(input, init)
  return fetch(new URL(`${url.pathname}${url.search}`, issuer.address), init)
}

async function ping(token: string): Promise<number> {
  const answer = await cloudflare.fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  await answer.text()
  return answer.status
}

function credentialsOf(client: LoginClient): Record<string, string> {
  const { client_id: id = '', client_secret: secret } = client.clientInformation() ?? {}
  return { client_id: id, ...(secret !== undefined && { client_secret: secret }) }
}
