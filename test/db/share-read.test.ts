import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { shareRead } from '../../src/db/share-read.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { appendAuditEvent } from '../../src/registry/audit-store.ts'
import { insertServer, listServerNames } from '../../src/registry/server-store.ts'
import { openTestPglite } from './test-pglite.ts'

let db: Database
let reads = 0

beforeAll(async () => {
  db = await openTestPglite()
})
afterAll(() => db.close())

const names = () =>
  shareRead(db, 'names', () => {
    reads++
    return db.as(LOCAL_TENANT, (sql) => listServerNames(sql, LOCAL_TENANT))
  })
const add = (name: string) =>
  db.as(LOCAL_TENANT, (sql) => insertServer(sql, LOCAL_TENANT, { name, description: '', exposure: 'tools' }))

describe('a read that is shared', () => {
  it('is made once for all who ask while nothing is written', async () => {
    reads = 0
    await Promise.all([names(), names(), names()])
    expect(await names()).toEqual([])
    expect(reads).toBe(1)
  })

  it('shows everyone what was written before they asked', async () => {
    for (const name of ['one', 'two', 'three']) {
      const before = names()
      await add(name)
      expect(await names()).toContain(name)
      await before
    }
  })

  it('waits for a transaction that has begun to write', async () => {
    const written = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const writing = db.as(LOCAL_TENANT, async (sql) => {
      await insertServer(sql, LOCAL_TENANT, { name: 'slow', description: '', exposure: 'tools' })
      written.resolve()
      await goOn.promise
    })
    await written.promise
    const seen = names()
    goOn.resolve()
    await writing
    expect(await seen).toContain('slow')
    expect(await names()).toContain('slow')
  })

  it('stays true when a journal is written, such as the audit trail', async () => {
    await names()
    reads = 0
    const event = { subject: 'owner', action: 'add_tool', details: {} }
    await db.as(LOCAL_TENANT, (sql) => appendAuditEvent(sql, LOCAL_TENANT, event), { isJournal: true })
    await names()
    expect(reads).toBe(0)
  })

  it('is made again after it failed', async () => {
    const failing = () => shareRead(db, 'fails', () => Promise.reject(new Error('once')))
    await expect(failing()).rejects.toThrow('once')
    await expect(shareRead(db, 'fails', () => Promise.resolve('well'))).resolves.toBe('well')
  })

  it('is made by everyone where others write too', async () => {
    const { writes: _writes, ...many } = db
    let made = 0
    const read = () => shareRead(many, 'x', () => Promise.resolve(++made))
    expect([await read(), await read()]).toEqual([1, 2])
  })
})
