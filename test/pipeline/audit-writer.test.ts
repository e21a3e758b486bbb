import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createAuditWriter } from '../../src/pipeline/audit-writer.ts'
import { checkAuditChain } from '../../src/registry/audit-chain.ts'
import { listAuditEvents } from '../../src/registry/audit-store.ts'
import { openTestPglite } from '../db/test-pglite.ts'

let db: Database
let transactions = 0

beforeAll(async () => {
  db = await openTestPglite()
})
afterAll(() => db.close())

const writer = () => {
  transactions = 0
  return createAuditWriter({
    ...db,
    as: (tenantId, work) => {
      transactions++
      return db.as(tenantId, work)
    },
  })
}
const event = (action: string) => ({ subject: 'owner', action, details: { server: 'x' } })
const written = () => db.as(LOCAL_TENANT, (sql) => listAuditEvents(sql, LOCAL_TENANT, 200))
const check = () => db.as(LOCAL_TENANT, (sql) => checkAuditChain(sql, LOCAL_TENANT))

describe('audit events of calls', () => {
  it('that come while one is written go together, in their order, and the chain is whole', async () => {
    const { note } = writer()
    await Promise.all(Array.from({ length: 50 }, (_, number) => note(LOCAL_TENANT, event(`step-${number}`))))
    expect(transactions).toBe(2)
    expect((await written()).map(({ action }) => action).toReversed()).toEqual(
      Array.from({ length: 50 }, (_, number) => `step-${number}`),
    )
    expect(await check()).toEqual({ events: 50 })
  })

  it('keep none of the others back when one cannot be written', async () => {
    const { note } = writer()
    const before = (await written()).length
    const first = note(LOCAL_TENANT, event('first'))
    const bad = note(LOCAL_TENANT, { ...event('bad'), subject: 'no \0 in PostgreSQL' })
    const last = note(LOCAL_TENANT, event('last'))
    await expect(bad).rejects.toThrow('unsupported Unicode escape sequence')
    await Promise.all([first, last])
    expect((await written()).slice(0, (await written()).length - before).map(({ action }) => action)).toEqual([
      'last',
      'first',
    ])
    expect(await check()).toEqual({ events: before + 2 })
  })
})
