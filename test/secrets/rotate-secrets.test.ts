import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Database } from '../../src/db/database.ts'
import type { Db } from '../../src/db/db.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { type Keyring, openKeyring } from '../../src/secrets/keyring.ts'
import { finishRotation, rotateSecrets } from '../../src/secrets/rotate-secrets.ts'
import { createVault, listKeyIds, type SecretPlace } from '../../src/secrets/vault.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const SECRETS = 230
let db: Database
let home: string
let places: readonly SecretPlace[]

beforeAll(async () => {
  db = await openTestPglite()
})
afterAll(() => db.close())
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-keys-'))
  places = await db.as(LOCAL_TENANT, async (sql) => {
    await sql.query('DELETE FROM secrets')
    const name = `server-${path.basename(home).slice(-6).toLowerCase()}`
    const server = await insertServer(sql, LOCAL_TENANT, { name, description: '', exposure: 'tools' })
    const vault = createVault(openRing())
    const made: SecretPlace[] = []
    for (let index = 0; index < SECRETS; index++) {
      const place = { tenantId: LOCAL_TENANT, serverId: server.id, name: `KEY_${index}`, host: 'api.example' }
      await vault.setSecret(sql, place, `value ${index}`)
      made.push(place)
    }
    return made
  })
})
afterEach(() => rm(home, { recursive: true, force: true }))

const openRing = (masterKey?: string): Keyring =>
  openKeyring(loadConfig({ MCPWRIGHT_HOME: home, ...(masterKey && { MCPWRIGHT_MASTER_KEY: masterKey }) }))
const keysInFile = async (): Promise<string[]> =>
  (await readFile(path.join(home, 'master-key'), 'utf8')).trim().split('\n')
const readAll = (keyring: Keyring): Promise<(string | undefined)[]> =>
  db.as(LOCAL_TENANT, async (sql) => {
    const values = []
    for (const place of places) values.push(await createVault(keyring).readSecret(sql, place))
    return values
  })
const allValues = Array.from({ length: SECRETS }, (_, index) => `value ${index}`)

/** Fails at its nth transaction, as a killed daemon would. */
function breaking(turn: number): Db {
  let turns = 0
  return {
    ...db,
    kind: db.kind,
    asSystem: (work) => (++turns === turn ? Promise.reject(new Error('killed')) : db.asSystem(work)),
  }
}

describe('rotating the master key', () => {
  it('puts every secret under a new key, and forgets the old one', async () => {
    const [before] = await keysInFile()
    const keyring = openRing()
    expect(await rotateSecrets(db, createVault(keyring), keyring)).toEqual({ rotated: SECRETS, unreadable: 0 })
    const after = await keysInFile()
    expect(after).toHaveLength(1)
    expect(after[0]).not.toBe(before)
    expect((await stat(path.join(home, 'master-key'))).mode & 0o777).toBe(0o600)
    expect(await db.asSystem(listKeyIds)).toEqual(new Set([openRing().current().id]))
    expect(await readAll(openRing())).toEqual(allValues)
  })

  it.each([1, 2, 3, 4])('loses nothing when it ends at step %i, and the next start finishes it', async (turn) => {
    const broken = openRing()
    await expect(rotateSecrets(breaking(turn), createVault(broken), broken)).rejects.toThrow('killed')
    expect(await keysInFile()).toHaveLength(2)
    expect(await readAll(openRing())).toEqual(allValues)
    const next = openRing()
    await finishRotation(db, createVault(next), next)
    expect(await keysInFile()).toHaveLength(1)
    expect(await readAll(openRing())).toEqual(allValues)
  })

  it('keeps what it cannot read, and says how much that is', async () => {
    await db.as(LOCAL_TENANT, (sql) => sql.query("UPDATE secrets SET host = 'moved.example' WHERE name = 'KEY_7'"))
    const keyring = openRing()
    expect(await rotateSecrets(db, createVault(keyring), keyring)).toEqual({ rotated: SECRETS - 1, unreadable: 1 })
    expect(await keysInFile()).toHaveLength(2)
  })

  it('takes keys of the environment, the newest first, and asks for a new one there', async () => {
    const [old = ''] = await keysInFile()
    const alone = openRing(old)
    await expect(rotateSecrets(db, createVault(alone), alone)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      fix: expect.stringContaining('<new key>,<old key>'),
    })
    const next = Buffer.alloc(32, 7).toString('base64')
    const both = openRing(`${next},${old}`)
    await rotateSecrets(db, createVault(both), both)
    expect(await readAll(openRing(next))).toEqual(allValues)
  })
})
