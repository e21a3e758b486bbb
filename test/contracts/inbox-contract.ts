import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import { LOCAL_TENANT, type ServerId, type TenantId } from '../../src/model/ids.ts'
import type { InboxRequest } from '../../src/model/inbox/inbox-item.ts'
import {
  listInboxItems,
  putInboxItem,
  removeInboxItem,
  removeInboxRequest,
  removeOldInboxItems,
} from '../../src/registry/inbox-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const EVER = new Date(0)
const secret = { kind: 'secret' as const, name: 'KEY', host: 'api.example', purpose: 'First.' } satisfies InboxRequest

/** What the inbox promises on each database. */
export function inboxContract(name: string, open: () => Promise<Database>): void {
  describe(`the inbox on ${name}`, () => {
    let db: Database
    let serverId: ServerId
    const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)
    const put = (request: InboxRequest, most = 10) =>
      local((sql) => putInboxItem(sql, LOCAL_TENANT, { serverId, request, requestedBy: 'owner' }, most))
    const list = () => local((sql) => listInboxItems(sql, LOCAL_TENANT, EVER))

    beforeAll(async () => {
      db = await open()
      const server = { name: 'waiting', description: '', exposure: 'tools' } as const
      serverId = (await local((sql) => insertServer(sql, LOCAL_TENANT, server))).id
    })
    afterAll(() => db.close())

    it('keeps one item for one matter, with what was said last', async () => {
      const first = await put(secret)
      expect(await put({ ...secret, purpose: 'Again.' })).toBe(first)
      expect(await list()).toMatchObject([
        { id: first, server: { name: 'waiting' }, request: { ...secret, purpose: 'Again.' }, requestedBy: 'owner' },
      ])
      await local((sql) => removeInboxRequest(sql, LOCAL_TENANT, serverId, secret))
      expect(await list()).toEqual([])
    })

    it('takes no more than it may hold', async () => {
      const id = await put(secret, 1)
      expect(await put({ ...secret, host: 'other.example' }, 1)).toBeUndefined()
      if (id) await local((sql) => removeInboxItem(sql, LOCAL_TENANT, id))
    })

    it('forgets what is too old', async () => {
      await put(secret)
      const later = new Date(Date.now() + 60_000)
      expect(await local((sql) => listInboxItems(sql, LOCAL_TENANT, later))).toEqual([])
      await local((sql) => removeOldInboxItems(sql, LOCAL_TENANT, later))
      expect(await list()).toEqual([])
    })

    it('shows another tenant nothing, and lets it take nothing out', async () => {
      const id = await put(secret)
      await db.as(OTHER_TENANT, async (sql) => {
        expect(await listInboxItems(sql, LOCAL_TENANT, EVER)).toEqual([])
        if (id) await removeInboxItem(sql, LOCAL_TENANT, id)
      })
      expect(await list()).toHaveLength(1)
    })
  })
}
