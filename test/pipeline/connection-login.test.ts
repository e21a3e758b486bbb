import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCredentials } from '../../bridge/connect/login/credentials.ts'
import { createLoginStore } from '../../bridge/connect/login/login-store.ts'
import { defaults } from '../../src/config/defaults.ts'
import { LOCAL_TENANT, type ServerId, type TenantId } from '../../src/model/ids.ts'
import { createEgress } from '../../src/net/egress.ts'
import { createConnections } from '../../src/pipeline/connections/connections.ts'
import {
  type AuthorizationServerFixture,
  startAuthorizationServer,
} from '../bridge/connect/fixtures/authorization-server.ts'
import { type ProtectedServer, startProtectedServer } from '../bridge/connect/fixtures/protected-server.ts'
import { startUpstream } from '../fixtures/upstreams/upstream-kinds.ts'

const cleanup = new AsyncDisposableStack()
const { signal } = new AbortController()
let authorization: AuthorizationServerFixture
let server: ProtectedServer
let folder: string
let list: (tenant?: TenantId) => Promise<number>

beforeAll(async () => {
  const notes = await startUpstream('modern', 0)
  cleanup.defer(() => notes.close())
  authorization = cleanup.use(await startAuthorizationServer({ supportsRegistration: true }))
  const target = (): string => `http://127.0.0.1:${notes.port}/mcp`
  server = cleanup.use(await startProtectedServer({ target, authorization }))
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-logins-'))
  cleanup.defer(() => rm(folder, { recursive: true }))
  const hosts = [server.url, authorization.issuer].map((url) => new URL(url).host)
  const egress = createEgress({ allowLocal: new Set(hosts) })
  cleanup.defer(() => egress.close())
  const secrets = { load: async () => ({ names: () => [], value: () => undefined, unreadable: () => undefined }) }
  const connections = createConnections({ egress, secrets, limits: defaults.connection, loginDirectory: folder })
  cleanup.defer(() => connections.close())
  const connection = { name: 'notes', url: server.url, transport: 'auto' as const }
  list = (tenantId = LOCAL_TENANT) =>
    // A brand: nothing is stored.
    connections.use(
      { tenantId, serverId: 'one' as ServerId, connection },
      async (live) => (await live.list(signal)).tools.length,
    )
})

afterAll(() => cleanup.disposeAsync())

/** What `mcpwright login` does. */
async function logIn(): Promise<void> {
  const person = createCredentials({
    serverUrl: server.url,
    store: createLoginStore(folder, server.url),
    fetch,
    openBrowser: async (page) => (await fetch(page)).ok,
    tell: () => {},
    identity: { id: undefined, secret: undefined, metadataUrl: undefined },
    loginMs: 10_000,
    signal,
    now: Date.now,
  })
  await person.renew(undefined, { resourceMetadataUrl: undefined, scope: 'read', error: undefined })
}

it('a connection goes on with the login that a person made, and opens no page of its own', async () => {
  await expect(list()).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    fix: expect.stringContaining(`mcpwright login ${server.url}`),
  })
  expect(authorization.grants).toEqual([])
  await logIn()
  expect(await list()).toBe(8)

  authorization.expireAll()
  expect(await list()).toBe(8)
  expect(authorization.grants.at(-1)?.get('grant_type')).toBe('refresh_token')

  // The login is the owner's: another tenant has none.
  const other = '00000000-0000-7000-8000-000000000002' as TenantId
  await expect(list(other)).rejects.toMatchObject({ code: 'SECRET_MISSING', fix: expect.not.stringContaining('login') })

  authorization.expireAll()
  authorization.revokeAll()
  await expect(list()).rejects.toMatchObject({ code: 'SECRET_MISSING' })
  expect(authorization.pages).toHaveLength(1)
})
