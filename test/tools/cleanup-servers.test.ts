import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCAL_TENANT, type JobId, type ServerId } from '../../src/model/ids.ts'
import type { Services } from '../../src/pipeline/services.ts'
import type { Job } from '../../src/queue/queue.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { cleanupServers } from '../../src/tools/cleanup-servers.ts'
import type { MetaCall } from '../../src/tools/meta-tool.ts'
import { openTestPglite } from '../db/test-pglite.ts'

let db: Awaited<ReturnType<typeof openTestPglite>>
const sent: Job[] = []

beforeAll(async () => {
  db = await openTestPglite()
  await addServer('busy')
  const old = await addServer('forgotten')
  await db.asSystem((sql) =>
    sql.query(`UPDATE servers SET updated_at = now() - interval '40 days' WHERE id = $1`, [old]),
  )
})

afterAll(() => db.close())

function addServer(name: string): Promise<ServerId> {
  const server = { name, description: '', exposure: 'tools' } as const
  return db.as(LOCAL_TENANT, async (sql) => (await insertServer(sql, LOCAL_TENANT, server)).id)
}

/** With a queue that has done every job at once. */
function run(input: object) {
  const queue = {
    send: async (job: Job) => (sent.push(job), randomUUID() as JobId),
    watch: () => () => {},
    wait: async () => ({ state: 'done', output: undefined }) as const,
  }
  const call = {
    // The tool uses nothing else of them.
    services: { db, queue } as unknown as Services,
    principal: { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['write'] },
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    takesTasks: false,
    progress: () => {},
    roots: () => [],
    showPage: () => 'unable',
    confirm: async () => {},
  } satisfies MetaCall
  return cleanupServers.run(input as never, call)
}

describe('cleanup_servers', () => {
  it('first shows what it would archive, and archives nothing', async () => {
    const { structured, next } = await run({})
    expect(structured).toMatchObject({ would_archive: [{ name: 'forgotten' }] })
    expect(next).toEqual([{ tool: 'cleanup_servers', arguments: { unused_days: 30, dry_run: false } }])
    expect(sent).toEqual([])
  })

  it('archives those alone when it is told to, and says how to bring them back', async () => {
    const { structured, next } = await run({ dry_run: false })
    expect(structured).toMatchObject({ archived: [{ name: 'forgotten' }], restorable_until: expect.any(String) })
    expect(sent).toMatchObject([{ kind: 'delete', tenantId: LOCAL_TENANT }])
    expect(next).toMatchObject([{ tool: 'delete_server', arguments: { server: 'forgotten', restore: true } }])
  })

  it('knows other spans', async () => {
    expect((await run({ unused_days: 60 })).structured).toEqual({ would_archive: [] })
  })
})
