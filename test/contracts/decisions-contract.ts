import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import { LOCAL_TENANT, type ServerId, type TenantId } from '../../src/model/ids.ts'
import {
  findConfirmPolicy,
  insertApprovedCall,
  takeApprovedCall,
  upsertConfirmPolicy,
  useConfirmation,
} from '../../src/registry/confirmation-store.ts'
import {
  findDroppedDescription,
  removeOldDroppedDescriptions,
  upsertDroppedDescription,
} from '../../src/registry/dropped-description-store.ts'
import { insertEvaluation, listEvaluations } from '../../src/registry/evaluation-store.ts'
import { insertSource, removeSources, removeUnusedTexts } from '../../src/registry/source-store.ts'
import { insertEnvApproval, listEnvApprovals, removeEnvApproval } from '../../src/registry/env-approval-store.ts'
import { countServers, countStoredBytes, insertBuildStart, listBuildStarts } from '../../src/registry/quota-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const NOW = new Date('2026-11-21T12:00:00Z')
const LATER = new Date('2026-11-21T13:00:00Z')

/** What each database promises of what a person decides, and of what is counted for them. */
export function decisionsContract(name: string, open: () => Promise<Database>): void {
  describe(`what a person decides on ${name}`, () => {
    let db: Database
    let serverId: ServerId
    const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)
    /** With the wrong tenant in the arguments: row-level security stands behind the WHERE clause. */
    const other = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(OTHER_TENANT, work)

    const approve = () => local((sql) => insertApprovedCall(sql, LOCAL_TENANT, 'digest', 'ada', LATER))
    const take = (now: Date) => local((sql) => takeApprovedCall(sql, LOCAL_TENANT, 'digest', now))
    const use = () => local((sql) => useConfirmation(sql, LOCAL_TENANT, 'one', { now: NOW, expiresAt: LATER }))
    const drop = (text: string) =>
      local((sql) => upsertDroppedDescription(sql, LOCAL_TENANT, { name: 'shop', text, droppedBy: 'ada' }))
    const find = (since: Date) => local((sql) => findDroppedDescription(sql, LOCAL_TENANT, 'shop', since))

    const texts = async () => {
      const rows = await local((sql) => sql.query<{ digest: string }>('SELECT digest FROM source_texts'))
      return new Set(rows.map(({ digest }) => digest))
    }
    const collect = (since: Date) =>
      db.asSystem(async (sql) => {
        await removeOldDroppedDescriptions(sql, since)
        return removeUnusedTexts(sql)
      })

    beforeAll(async () => {
      db = await open()
      await db.asSystem((sql) =>
        sql.query(`INSERT INTO tenants VALUES ($1, 'other') ON CONFLICT DO NOTHING`, [OTHER_TENANT]),
      )
      const server = { name: 'decided', description: '', exposure: 'tools' } as const
      serverId = (await local((sql) => insertServer(sql, LOCAL_TENANT, server))).id
    })
    afterAll(() => db.close())

    it('keeps the policy of each principal, and "destructive" where none was set', async () => {
      await local((sql) => upsertConfirmPolicy(sql, LOCAL_TENANT, 'ada', 'always'))
      await local((sql) => upsertConfirmPolicy(sql, LOCAL_TENANT, 'ada', 'never'))
      expect(await local((sql) => findConfirmPolicy(sql, LOCAL_TENANT, 'ada'))).toBe('never')
      expect(await local((sql) => findConfirmPolicy(sql, LOCAL_TENANT, 'bob'))).toBe('destructive')
      expect(await other((sql) => findConfirmPolicy(sql, LOCAL_TENANT, 'ada'))).toBe('destructive')
    })

    it('collects the text of a dropped description when its name expires, unless something else refers to it', async () => {
      await collect(new Date(0))
      const before = await texts()
      await drop('of nobody')
      await drop('taken')
      const source = { serverId, kind: 'openapi', origin: 'inline', title: 'T', skipped: [] } as const
      const taken = await local((sql) =>
        insertSource(sql, LOCAL_TENANT, { ...source, text: 'taken', overlay: 'over it' }),
      )
      // The first was dropped under the same name before.
      expect(await collect(new Date(0))).toBe(1)
      await drop('left lying')
      expect(await collect(new Date(0))).toBe(0)
      expect(await collect(new Date(Date.now() + 60_000))).toBe(1)
      expect(await texts()).toEqual(new Set([...before, taken.digest, taken.overlayDigest]))
      await local((sql) => removeSources(sql, LOCAL_TENANT, [taken.id]))
      expect(await collect(new Date())).toBe(2)
      expect(await texts()).toEqual(before)
    })

    it('keeps the newest ten evaluations of a server, for its tenant', async () => {
      for (let score = 1; score <= 12; score++) {
        const evaluation = {
          version: score % 2 ? score : null,
          score,
          questions: 12,
          xml: `<evaluation>${score}</evaluation>`,
        }
        await local((sql) => insertEvaluation(sql, LOCAL_TENANT, serverId, evaluation))
      }
      const kept = await local((sql) => listEvaluations(sql, LOCAL_TENANT, serverId))
      expect(kept.map(({ score }) => score)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
      expect(kept[0]).toEqual({
        version: null,
        score: 12,
        questions: 12,
        xml: '<evaluation>12</evaluation>',
        at: expect.any(Date),
      })
      expect(await other((sql) => listEvaluations(sql, LOCAL_TENANT, serverId))).toEqual([])
    })

    it('gives an approved call out once, before it expires, and to its tenant', async () => {
      await approve()
      expect(await other((sql) => takeApprovedCall(sql, LOCAL_TENANT, 'digest', NOW))).toBe(false)
      const taken = await Promise.all([take(NOW), take(NOW)])
      expect(taken.filter(Boolean)).toHaveLength(1)
      await approve()
      expect(await take(LATER)).toBe(false)
    })

    it('uses a confirmation once, also when it comes twice at once', async () => {
      const used = await Promise.all([use(), use(), use()])
      expect(used.filter(Boolean)).toHaveLength(1)
    })

    it('keeps an approval of a variable until it is taken back', async () => {
      const approval = { serverId, name: 'KEY', host: 'api.example' }
      await local((sql) => insertEnvApproval(sql, LOCAL_TENANT, approval, 'ada'))
      expect(await local((sql) => listEnvApprovals(sql, LOCAL_TENANT))).toEqual([{ ...approval, server: 'decided' }])
      expect(await other((sql) => listEnvApprovals(sql, LOCAL_TENANT))).toEqual([])
      await other((sql) => removeEnvApproval(sql, LOCAL_TENANT, approval))
      expect(await local((sql) => listEnvApprovals(sql, LOCAL_TENANT, serverId))).toHaveLength(1)
      await local((sql) => removeEnvApproval(sql, LOCAL_TENANT, approval))
      expect(await local((sql) => listEnvApprovals(sql, LOCAL_TENANT, serverId))).toEqual([])
    })

    it('keeps the newest description of a name for a while', async () => {
      await drop('first')
      await drop('second')
      expect(await find(new Date(0))).toBe('second')
      expect(await other((sql) => findDroppedDescription(sql, LOCAL_TENANT, 'shop', new Date(0)))).toBeUndefined()
      expect(await find(new Date(Date.now() + 60_000))).toBeUndefined()
      expect(await find(new Date(0))).toBeUndefined()
    })

    it('counts for each tenant alone', async () => {
      await local((sql) => insertBuildStart(sql, LOCAL_TENANT, NOW))
      await local((sql) => insertBuildStart(sql, LOCAL_TENANT, LATER))
      expect(await local((sql) => listBuildStarts(sql, LOCAL_TENANT, LATER))).toEqual([LATER])
      expect(await local((sql) => countServers(sql, LOCAL_TENANT))).toBe(1)
      expect(await local((sql) => countStoredBytes(sql, LOCAL_TENANT))).toBeGreaterThan(0)
      const seen = await other(async (sql) => [
        await listBuildStarts(sql, LOCAL_TENANT, new Date(0)),
        await countServers(sql, LOCAL_TENANT),
        await countStoredBytes(sql, LOCAL_TENANT),
      ])
      expect(seen).toEqual([[], 0, 0])
    })
  })
}
