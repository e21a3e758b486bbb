import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Database } from '../../../src/db/database.ts'
import { LOCAL_TENANT, type TenantId } from '../../../src/model/ids.ts'
import type { Server } from '../../../src/model/server.ts'
import { TARGET_TOKENS } from '../../../src/model/target-token.ts'
import { createServerSecrets } from '../../../src/pipeline/server-secrets.ts'
import { findTargetToken } from '../../../src/pipeline/targets/find-target-token.ts'
import { loginApproval, readWranglerLogin } from '../../../src/pipeline/targets/wrangler-login.ts'
import { insertEnvApproval, removeEnvApproval } from '../../../src/registry/env-approval-store.ts'
import { insertServer } from '../../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../../src/secrets/keyring.ts'
import { createVault } from '../../../src/secrets/vault.ts'
import { temporaryDirectory } from '../../db/temporary-directory.ts'
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

  it("is that of the person's login of wrangler, once they allowed it and as long as they do", async () => {
    await using directory = await temporaryDirectory()
    const login = path.join(directory.path, '.wrangler', 'config')
    await mkdir(login, { recursive: true })
    await writeFile(
      path.join(login, 'default.toml'),
      'oauth_token = "of-the-login"\nexpiration_time = "2099-01-01T00:00:00.000Z"\nrefresh_token = "r"\nscopes = ["account:read"]\n',
    )
    const place = { HOME: directory.path, XDG_CONFIG_HOME: directory.path }
    const alone = await add(LOCAL_TENANT, 'alone')
    await db.as(LOCAL_TENANT, async (sql) => {
      for (const { id } of [desk, shelf]) {
        await vault.removeSecret(sql, { tenantId: LOCAL_TENANT, serverId: id, name: token.name, host: token.place })
      }
    })
    expect(await findTargetToken('cloudflare', alone, services(place))).toBeUndefined()
    await db.as(LOCAL_TENANT, (sql) => insertEnvApproval(sql, LOCAL_TENANT, loginApproval(alone.id), 'owner'))
    expect(await findTargetToken('cloudflare', desk, services(place))).toBe('of-the-login')
    expect(await findTargetToken('cloudflare', foreign, services(place))).toBeUndefined()
    await db.as(LOCAL_TENANT, (sql) => removeEnvApproval(sql, LOCAL_TENANT, loginApproval(alone.id)))
    expect(await findTargetToken('cloudflare', desk, services(place))).toBeUndefined()
  })

  it('is told to be missing where wrangler has no login', async () => {
    await using directory = await temporaryDirectory()
    const config = loadConfig({ HOME: directory.path, XDG_CONFIG_HOME: directory.path })
    await expect(readWranglerLogin(config, AbortSignal.timeout(20_000))).rejects.toMatchObject({
      code: 'SECRET_MISSING',
      fix: expect.stringContaining('npx wrangler login'),
    })
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
