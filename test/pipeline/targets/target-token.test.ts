import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Database } from '../../../src/db/database.ts'
import { LOCAL_TENANT, type TenantId } from '../../../src/model/ids.ts'
import type { Server } from '../../../src/model/server.ts'
import { TARGET_TOKENS } from '../../../src/model/target-token.ts'
import { createServerSecrets } from '../../../src/pipeline/server-secrets.ts'
import { findTargetToken } from '../../../src/pipeline/targets/find-target-token.ts'
import { insertServer } from '../../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../../src/secrets/keyring.ts'
import { createVault } from '../../../src/secrets/vault.ts'
import { openTestPglite } from '../../db/test-pglite.ts'

// Ids are UUIDs with a brand.
const OTHER_TENANT = randomUUID() as string as TenantId
const token = TARGET_TOKENS.cloudflare ?? { name: '', place: '', host: '' }
const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
let db: Database
let desk: Server
let shelf: Server
let foreign: Server

const add = (tenantId: TenantId, name: string) =>
  db.as(tenantId, (sql) => insertServer(sql, tenantId, { name, description: '', exposure: 'tools' }))
const services = (env: Record<string, string> = {}) => ({ config: loadConfig(env), db, vault })
const enter = ({ tenantId, id }: Server, value: string, { name, place } = token) =>
  db.as(tenantId, (sql) => vault.setSecret(sql, { tenantId, serverId: id, name, host: place }, value))

beforeAll(async () => {
  db = await openTestPglite()
  await db.asSystem((sql) => sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER_TENANT]))
  desk = await add(LOCAL_TENANT, 'desk')
  shelf = await add(LOCAL_TENANT, 'shelf')
  foreign = await add(OTHER_TENANT, 'desk')
})
afterAll(() => db.close())

describe('the token that a platform is shown', () => {
  it('is that of the settings, until a person enters one, which holds for all their servers', async () => {
    const settings = { MCPWRIGHT_CLOUDFLARE_TOKEN: 'of-the-settings' }
    expect(await findTargetToken('cloudflare', desk, services())).toBeUndefined()
    expect(await findTargetToken('cloudflare', desk, services(settings))).toBe('of-the-settings')
    await enter(desk, 'of-the-desk')
    expect(await findTargetToken('cloudflare', shelf, services(settings))).toBe('of-the-desk')
    await enter(shelf, 'of-the-shelf')
    expect(await findTargetToken('cloudflare', desk, services())).toBe('of-the-desk')
    expect(await findTargetToken('cloudflare', shelf, services())).toBe('of-the-shelf')
  })

  it('is never that of another tenant', async () => {
    const settings = { MCPWRIGHT_CLOUDFLARE_TOKEN: 'of-the-settings' }
    expect(await findTargetToken('cloudflare', foreign, services(settings))).toBeUndefined()
  })

  it('is not needed here', async () => {
    expect(await findTargetToken('local', desk, services())).toBeUndefined()
  })

  it('is no secret of the server: its code and requests are not given it, nor its name', async () => {
    const secrets = await createServerSecrets(db, vault, []).load(LOCAL_TENANT, desk.id)
    expect(secrets.value(token.name, token.place)).toBeUndefined()
    expect(secrets.value(token.name, token.host)).toBeUndefined()
    expect(secrets.names([token.place, token.host])).toEqual([])
  })
})
