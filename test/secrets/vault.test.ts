import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../src/secrets/keyring.ts'
import { createVault, listSecretNames, type SecretPlace } from '../../src/secrets/vault.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const VALUE = 'ghp_äöü_0123456789'

describe('the vault', () => {
  let db: Database
  let place: SecretPlace
  const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
  const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)

  beforeAll(async () => {
    db = await openTestPglite()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    const name = `server-${randomUUID().slice(0, 8)}`
    const server = await local((sql) => insertServer(sql, LOCAL_TENANT, { name, description: '', exposure: 'tools' }))
    place = { tenantId: LOCAL_TENANT, serverId: server.id, name: 'GITHUB_TOKEN', host: 'api.github.com' }
    await local((sql) => vault.setSecret(sql, place, VALUE))
  })

  it('gives a value back for the host it is bound to, and for no other', async () => {
    expect(await local((sql) => vault.readSecret(sql, place))).toBe(VALUE)
    expect(await local((sql) => vault.readSecret(sql, { ...place, host: 'evil.example' }))).toBeUndefined()
  })

  it('replaces a value under a new nonce', async () => {
    const nonces = () => local((sql) => sql.query('SELECT nonce FROM secrets WHERE server_id = $1', [place.serverId]))
    const before = await nonces()
    await local((sql) => vault.setSecret(sql, place, 'second'))
    expect(await local((sql) => vault.readSecret(sql, place))).toBe('second')
    const after = await nonces()
    expect(after).toHaveLength(1)
    expect(after).not.toEqual(before)
  })

  it('lists names and hosts without values, and removes', async () => {
    const list = () => local((sql) => listSecretNames(sql, LOCAL_TENANT, place.serverId))
    expect(await list()).toEqual([{ name: place.name, host: place.host, updatedAt: expect.any(Date) }])
    expect(await local((sql) => vault.removeSecret(sql, place))).toBe(true)
    expect(await local((sql) => vault.removeSecret(sql, place))).toBe(false)
    expect(await list()).toEqual([])
  })

  it('keeps no value in the clear', async () => {
    const [row] = await local((sql) =>
      sql.query<{ ciphertext: Uint8Array }>('SELECT ciphertext FROM secrets WHERE server_id = $1', [place.serverId]),
    )
    expect(Buffer.from(row?.ciphertext ?? []).includes(VALUE)).toBe(false)
    expect(row?.ciphertext.length).toBeGreaterThan(16)
  })

  it('refuses a row that was copied to another host or changed', async () => {
    await local((sql) => sql.query("UPDATE secrets SET host = 'evil.example' WHERE server_id = $1", [place.serverId]))
    const moved = local((sql) => vault.readSecret(sql, { ...place, host: 'evil.example' }))
    await expect(moved).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  })

  it('says so when the master key is another one', async () => {
    const other = createVault(keyringOf([toMasterKey(randomBytes(32))]))
    const reading = local((sql) => other.readSecret(sql, place))
    await expect(reading).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      message: expect.stringContaining('another master key'),
    })
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining(VALUE) })
  })

  it('shows another tenant nothing', async () => {
    const seen = await db.as(OTHER_TENANT, async (sql) => [
      await vault.readSecret(sql, place),
      await listSecretNames(sql, LOCAL_TENANT, place.serverId),
    ])
    expect(seen).toEqual([undefined, []])
  })
})
