import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import { createRunnerMeter } from '../../src/pipeline/metered-sandbox.ts'
import { addServer, addTools, refuseMoreBytes, refuseMoreServers, takeBuild } from '../../src/pipeline/quota.ts'
import { archiveServer, requireServer } from '../../src/registry/server-store.ts'
import { insertSource } from '../../src/registry/source-store.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const quota = { servers: 3, tools: 3, buildsPerHour: 2, jobs: 2, runnerSecondsPerHour: 60, storedGb: 5 }
const NOON = Date.parse('2026-11-21T12:00:00Z')
let db: Database

beforeAll(async () => {
  db = await openTestPglite()
  await db.asSystem((sql) => sql.query(`INSERT INTO tenants VALUES ($1, 'other')`, [OTHER_TENANT]))
})
afterAll(() => db.close())

const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)
const server = (name: string) => ({ name, description: '', exposure: 'tools' }) as const
const add = (name: string) => local((sql) => addServer(sql, quota, LOCAL_TENANT, server(name)))
const toolNamed = (name: string): ToolDefinition => ({
  name,
  description: 'A tool.',
  effect: 'read',
  inputSchema: { type: 'object' },
  handler: { kind: 'code', source: 'return 1', hosts: [] },
})
const build = (minute: number, tenantId = LOCAL_TENANT) =>
  db.as(tenantId, (sql) => takeBuild(sql, quota, tenantId, new Date(NOON + minute * 60_000)))

describe('what an agent may use up', () => {
  it('are so many servers, also when they come at once; an archived one makes room', async () => {
    const outcomes = await Promise.allSettled(['a1', 'a2', 'a3', 'a4', 'a5'].map(add))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    const full = {
      code: 'LIMIT_EXCEEDED',
      message: 'There are 3 servers, and 3 are allowed.',
      fix: expect.stringContaining('MCPWRIGHT_MAX_SERVERS'),
      next: { tool: 'cleanup_servers' },
    }
    await expect(add('b1')).rejects.toMatchObject(full)
    await expect(local((sql) => refuseMoreServers(sql, quota, LOCAL_TENANT))).rejects.toMatchObject(full)
    const [made] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    if (made) await local((sql) => archiveServer(sql, LOCAL_TENANT, made.id))
    await expect(add('b1')).resolves.toMatchObject({ name: 'b1' })
  })

  it('are so many tools of all servers together; those of an archived one do not count', async () => {
    const [first, second] = await local((sql) =>
      Promise.all(['b1', 'a2'].map((name) => requireServer(sql, LOCAL_TENANT, name))),
    )
    if (!first || !second) throw new Error('There are two servers.')
    const addTo = (to: typeof first, names: readonly string[]) =>
      local((sql) => addTools(sql, quota, LOCAL_TENANT, to, names.map(toolNamed)))
    await addTo(first, ['one', 'two'])
    await expect(addTo(second, ['one', 'two'])).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'With these there would be 4 tools in all servers, and 3 are allowed.',
      fix: expect.stringContaining('MCPWRIGHT_MAX_TOOLS'),
      next: { tool: 'cleanup_servers' },
    })
    await addTo(second, ['one'])
    await local((sql) => archiveServer(sql, LOCAL_TENANT, second.id))
    await addTo(first, ['three'])
  })

  it('are so many seconds of code in any hour, for each tenant alone, and the refusal says when there are more', () => {
    let minute = 0
    const meter = createRunnerMeter(quota.runnerSecondsPerHour, () => NOON + minute * 60_000)
    meter.note(LOCAL_TENANT, 40_000)
    minute = 20
    meter.refuseMore(LOCAL_TENANT)
    meter.note(LOCAL_TENANT, 30_000)
    const refusal = { code: 'LIMIT_EXCEEDED', message: 'Code has run for 70 s in the last hour, and 60 are allowed.' }
    expect(() => meter.refuseMore(LOCAL_TENANT)).toThrow(expect.objectContaining(refusal))
    expect(() => meter.refuseMore(LOCAL_TENANT)).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('40 minutes') }),
    )
    meter.refuseMore(OTHER_TENANT)
    minute = 60
    meter.refuseMore(LOCAL_TENANT)
  })

  it('are so many builds in any hour, and the refusal says when there are more', async () => {
    await build(0)
    await build(20)
    await expect(build(30)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      fix: expect.stringContaining('30 minutes'),
    })
    await build(61)
    await expect(build(62)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it('is so much that is kept', async () => {
    const text = 'x'.repeat(100_000)
    const { id: serverId } = await local((sql) => requireServer(sql, LOCAL_TENANT, 'b1'))
    const source = { serverId, kind: 'openapi', origin: 'inline', title: 'T', skipped: [], text } as const
    await local((sql) => insertSource(sql, LOCAL_TENANT, source))
    await local((sql) => refuseMoreBytes(sql, quota, LOCAL_TENANT))
    await expect(
      local((sql) => refuseMoreBytes(sql, { ...quota, storedGb: 1e-9 }, LOCAL_TENANT)),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', fix: expect.stringContaining('MCPWRIGHT_MAX_GB') })
  })

  it('is counted for each tenant alone', async () => {
    await expect(build(62, OTHER_TENANT)).resolves.toBeUndefined()
  })
})
