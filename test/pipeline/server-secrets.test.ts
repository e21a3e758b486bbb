import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, describe, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import { createServerSecrets } from '../../src/pipeline/server-secrets.ts'
import { insertEnvApproval } from '../../src/registry/env-approval-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../src/secrets/keyring.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const HOST = 'api.example'
let db: Database
let serverId: ServerId

beforeAll(async () => {
  db = await openTestPglite()
  const server = { name: 'desk', description: '', exposure: 'tools' } as const
  serverId = (await db.as(LOCAL_TENANT, (sql) => insertServer(sql, LOCAL_TENANT, server))).id
})
afterAll(() => db.close())

describe('the secrets of a server', () => {
  it('lose one that was stored with another key, with the reason, and keep the others', async () => {
    const before = createVault(keyringOf([toMasterKey(randomBytes(32))]))
    const now = createVault(keyringOf([toMasterKey(randomBytes(32))]))
    await db.as(LOCAL_TENANT, async (sql) => {
      const place = { tenantId: LOCAL_TENANT, serverId, host: HOST }
      await before.setSecret(sql, { ...place, name: 'OLD_KEY' }, 'unreadable-value')
      await now.setSecret(sql, { ...place, name: 'NEW_KEY' }, 'readable-value')
    })
    const loaded = await createServerSecrets(db, now, []).load(LOCAL_TENANT, serverId)
    expect(loaded.names([HOST])).toEqual(['NEW_KEY'])
    expect(loaded.value('NEW_KEY', HOST)).toBe('readable-value')
    expect(loaded.value('OLD_KEY', HOST)).toBeUndefined()
    expect(loaded.unreadable('OLD_KEY', HOST)).toMatch(/"OLD_KEY".*another master key/)
    expect(loaded.unreadable('NEW_KEY', HOST)).toBeUndefined()
  })

  it('have an approved variable as long as it is there, for its host alone, and never a copy of it', async () => {
    const environment: Record<string, string> = { CLOUD_KEY: 'in-the-environment' }
    const approval = { serverId, name: 'CLOUD_KEY', host: HOST }
    await db.as(LOCAL_TENANT, (sql) => insertEnvApproval(sql, LOCAL_TENANT, approval, 'owner'))
    const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
    const loaded = await createServerSecrets(db, vault, [], (name) => environment[name]).load(LOCAL_TENANT, serverId)
    expect(loaded.value('CLOUD_KEY', HOST)).toBe('in-the-environment')
    expect(loaded.value('CLOUD_KEY', 'stranger.example')).toBeUndefined()
    environment['CLOUD_KEY'] = 'changed'
    expect(loaded.value('CLOUD_KEY', HOST)).toBe('changed')
    delete environment['CLOUD_KEY']
    expect(loaded.value('CLOUD_KEY', HOST)).toBeUndefined()
    expect(loaded.names([HOST])).not.toContain('CLOUD_KEY')
  })
})
