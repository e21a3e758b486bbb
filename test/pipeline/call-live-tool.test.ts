import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Server } from '../../src/model/server.ts'
import type { Effect, ToolDefinition } from '../../src/model/tool-definition.ts'
import { callLiveTool } from '../../src/pipeline/call-live-tool.ts'
import { insertBuild } from '../../src/registry/build-store.ts'
import { updateDeployment, upsertDeployment } from '../../src/registry/deployment-store.ts'
import { insertServer, requireServer } from '../../src/registry/server-store.ts'
import { insertTools } from '../../src/registry/tool-store.ts'
import { openTestPglite } from '../db/test-pglite.ts'

let db: Database
/** What has reached a server that runs. */
const reached: string[] = []

beforeAll(async () => {
  db = await openTestPglite()
})
afterAll(() => db.close())

const EXTERNAL = { kind: 'external', connection: 'notes', tool: 'drop-note', digest: 'd' } as const

function toolOf(name: string, effect: Effect): ToolDefinition {
  const handler = name.startsWith('notes_') ? EXTERNAL : ({ kind: 'code', source: 'return 1', hosts: [] } as const)
  return { name, description: 'A tool.', effect, inputSchema: { type: 'object' }, handler }
}

type Effects = Readonly<Record<string, Effect>>

/** A server that runs a build with some tools, and has others in its draft. `live` null: a build of before effects were kept. */
async function deployed(exposure: Server['exposure'], live: Effects | null, draft: Effects): Promise<string> {
  const name = `s-${randomUUID().slice(0, 8)}`
  await db.as(LOCAL_TENANT, async (sql) => {
    const server = await insertServer(sql, LOCAL_TENANT, { name, description: '', exposure })
    await insertTools(
      sql,
      LOCAL_TENANT,
      server,
      Object.entries(draft).map(([tool, effect]) => toolOf(tool, effect)),
    )
    const contents = { hosts: [], credentials: [], tools: {}, resources: {}, prompts: {}, effects: live ?? {} }
    const build = await insertBuild(sql, LOCAL_TENANT, {
      serverId: server.id,
      digest: randomUUID(),
      revision: 1,
      checks: [],
      library: null,
      files: {},
      artefacts: {},
      contents,
    })
    if (live === null) await sql.query('UPDATE builds SET contents = NULL WHERE id = $1', [build.id])
    const { id } = await upsertDeployment(sql, LOCAL_TENANT, server, 'local')
    await updateDeployment(sql, LOCAL_TENANT, id, { status: 'running', buildId: build.id })
  })
  return name
}

const running = {
  async request(_method: string, params: Readonly<Record<string, unknown>>) {
    reached.push(String(params['name']))
    return { content: [] }
  },
}
const reachServer = () => running

/** As read_tool does. */
function read(server: string, tool: string, given: Readonly<Record<string, unknown>> = {}) {
  const request = { server, tool, arguments: given, onlyReading: true }
  return callLiveTool(request, { db, reachServer }, LOCAL_TENANT, new AbortController().signal)
}

describe('a tool of a server that is stopped', () => {
  it('leads to its start', async () => {
    const name = await deployed('tools', { get_book: 'read' }, { get_book: 'read' })
    await db.as(LOCAL_TENANT, async (sql) => {
      const server = await requireServer(sql, LOCAL_TENANT, name)
      const { id } = await upsertDeployment(sql, LOCAL_TENANT, server, 'local')
      await updateDeployment(sql, LOCAL_TENANT, id, { status: 'stopped' })
    })
    await expect(read(name, 'get_book')).rejects.toMatchObject({
      code: 'SERVER_NOT_RUNNING',
      message: `Server "${name}" is stopped.`,
      next: { tool: 'start_server', arguments: { server: name } },
    })
  })
})

describe('a tool that is called as one that only reads', () => {
  it.each(['tools', 'search'] as const)('is judged by the version that runs, exposed as %s', async (exposure) => {
    const server = await deployed(
      exposure,
      { was_read: 'read', was_delete: 'delete', was_write: 'write', gone: 'read', notes_drop: 'delete' },
      { was_read: 'delete', was_delete: 'read', was_write: 'read', notes_drop: 'read', fresh: 'read' },
    )
    reached.splice(0)
    for (const tool of ['was_delete', 'was_write', 'notes_drop'])
      await expect(read(server, tool)).rejects.toMatchObject({ code: 'FORBIDDEN', next: { tool: 'call_tool' } })
    await expect(read(server, 'fresh')).rejects.toMatchObject({ code: 'TOOL_UNKNOWN', next: { tool: 'deploy' } })
    expect(reached).toEqual([])
    // What the draft says of a tool that still reads, or has no more, changes nothing.
    for (const tool of ['was_read', 'gone']) await read(server, tool)
    expect(reached).toEqual(['was_read', 'gone'])
  })

  it('is an external one that reads', async () => {
    const server = await deployed('tools', { notes_get: 'read' }, { notes_get: 'read' })
    reached.splice(0)
    await read(server, 'notes_get')
    expect(reached).toEqual(['notes_get'])
  })

  it.each(['call_tool', 'read_tool', 'search_tools', 'describe_tool'])(
    'is never %s of a server that searches, by which another one would be called',
    async (tool) => {
      const server = await deployed('search', { drop_all: 'delete' }, { drop_all: 'delete' })
      reached.splice(0)
      const given = { tool: 'drop_all', arguments: {} }
      await expect(read(server, tool, given)).rejects.toMatchObject({ code: 'TOOL_UNKNOWN' })
      expect(reached).toEqual([])
    },
  )

  it('is none of a version that was built before effects were kept, whatever the draft says', async () => {
    const server = await deployed('tools', null, { drop: 'delete', look: 'read' })
    reached.splice(0)
    for (const tool of ['drop', 'look']) await expect(read(server, tool)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(reached).toEqual([])
  })
})
