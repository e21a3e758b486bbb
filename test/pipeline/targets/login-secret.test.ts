import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { LOCAL_TENANT, type TenantId } from '../../../src/model/ids.ts'
import { LOGIN_SECRET, loginPlace } from '../../../src/model/login-secret.ts'
import type { Server } from '../../../src/model/server.ts'
import { createServerSecrets } from '../../../src/pipeline/server-secrets.ts'
import type { Services } from '../../../src/pipeline/services.ts'
import { setServerSecret } from '../../../src/pipeline/set-server-secret.ts'
import { findLoginSecret } from '../../../src/pipeline/targets/login-secret.ts'
import { updateDeployment, upsertDeployment } from '../../../src/registry/deployment-store.ts'
import { insertServer } from '../../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../../src/secrets/keyring.ts'
import { createVault } from '../../../src/secrets/vault.ts'
import { openTestPglite } from '../../db/test-pglite.ts'

// Ids are UUIDs with a brand.
const OTHER_TENANT = randomUUID() as string as TenantId
const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
const login = { issuer: 'https://issuer.example', client_id: 'desk', allow: ['*'] }
const place = loginPlace({ issuer: login.issuer, clientId: login.client_id })
let db: Database
let desk: Server

beforeAll(async () => {
  db = await openTestPglite()
  await db.asSystem((sql) => sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER_TENANT]))
  desk = await add(LOCAL_TENANT, 'desk')
  await db.as(LOCAL_TENANT, (sql) =>
    vault.setSecret(sql, { tenantId: LOCAL_TENANT, serverId: desk.id, name: LOGIN_SECRET, host: place }, 'hidden'),
  )
})
afterAll(() => db.close())

function find(changed: object): Promise<string | undefined> {
  return findLoginSecret(desk, { ...login, ...changed }, { db, vault })
}

function add(tenantId: TenantId, name: string): Promise<Server> {
  return db.as(tenantId, (sql) => insertServer(sql, tenantId, { name, description: '', exposure: 'tools' }))
}

describe('the client secret that a server logs people in with', () => {
  it('is for the issuer and the client that it was entered for, and no other', async () => {
    expect(await find({})).toBe('hidden')
    expect(await find({ issuer: 'https://evil.example' })).toBeUndefined()
    expect(await find({ issuer: undefined, github: true })).toBeUndefined()
    expect(await find({ client_id: 'other' })).toBeUndefined()
  })

  it('is never that of another server, nor of another tenant', async () => {
    for (const other of [await add(LOCAL_TENANT, 'shelf'), await add(OTHER_TENANT, 'desk')]) {
      expect(await findLoginSecret(other, login, { db, vault })).toBeUndefined()
    }
  })

  it('is entered anew with `mcpwright secret set`, for the login that was deployed', async () => {
    const shop = await add(LOCAL_TENANT, 'shop')
    const queue = { send: () => Promise.reject(new Error('Nothing runs here.')) } as unknown as Services['queue']
    const set = (value: string) =>
      setServerSecret({ server: 'shop', name: LOGIN_SECRET, value }, { db, vault, queue }, LOCAL_TENANT)
    await expect(set('too early')).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    await db.as(LOCAL_TENANT, async (sql) => {
      const { id } = await upsertDeployment(sql, LOCAL_TENANT, shop, 'cloudflare')
      await updateDeployment(sql, LOCAL_TENANT, id, { settings: { protection: 'login', login } })
    })
    expect(await set('first')).toBe(place)
    expect(await set('second')).toBe(place)
    expect(await findLoginSecret(shop, login, { db, vault })).toBe('second')
  })

  it('is no secret of the server: its code and requests are not given it, nor its name', async () => {
    const secrets = await createServerSecrets(db, vault, []).load(LOCAL_TENANT, desk.id)
    expect(secrets.value(LOGIN_SECRET, place)).toBeUndefined()
    expect(secrets.names([place, 'issuer.example'])).toEqual([])
  })
})
