import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import type { Sql } from '../../src/db/db.ts'
import type { Connection, PinnedTool } from '../../src/model/connection.ts'
import { LOCAL_TENANT, type ServerId, type TenantId } from '../../src/model/ids.ts'
import {
  approveHost,
  isHostApproved,
  listApprovedHosts,
  listConnections,
  removeConnectionRow,
  upsertConnection,
  withdrawHost,
} from '../../src/registry/connection-store.ts'
import { listConnectionTools, noteListedTools, pinTools, unpinTools } from '../../src/registry/connection-tool-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const notes: Connection = { name: 'notes', url: 'https://notes.example/mcp', transport: 'auto' }

function listed(name: string, digest: string): PinnedTool {
  return { digest, definition: { name, inputSchema: { type: 'object', properties: { zebra: {}, ant: {} } } } }
}

/** What the registry promises of connections on each database. */
export function connectionContract(name: string, open: () => Promise<Database>): void {
  describe(`connections on ${name}`, () => {
    let db: Database
    let serverId: ServerId
    const local = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(LOCAL_TENANT, work)
    const other = <Result>(work: (sql: Sql) => Promise<Result>) => db.as(OTHER_TENANT, work)
    const place = () => ({ tenantId: LOCAL_TENANT, serverId, connection: 'notes' })
    const tools = () => local((sql) => listConnectionTools(sql, place()))

    beforeAll(async () => {
      db = await open()
      await db.asSystem((sql) =>
        sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER_TENANT]),
      )
      const server = { name: 'connected', description: '', exposure: 'tools' } as const
      serverId = (await local((sql) => insertServer(sql, LOCAL_TENANT, server))).id
      await local((sql) => upsertConnection(sql, LOCAL_TENANT, serverId, notes))
    })
    afterAll(() => db.close())

    it('are given back as they were put in, and changed by their name', async () => {
      expect(await local((sql) => listConnections(sql, LOCAL_TENANT, serverId))).toEqual([notes])
      const changed = { ...notes, tools: ['get_*'], token: 'NOTES_TOKEN' }
      await local((sql) => upsertConnection(sql, LOCAL_TENANT, serverId, changed))
      expect(await local((sql) => listConnections(sql, LOCAL_TENANT, serverId))).toEqual([changed])
    })

    it('know their tools as they are listed, and as they were allowed', async () => {
      await local((sql) => noteListedTools(sql, place(), [listed('b', 'b1'), listed('a', 'a1')]))
      expect((await tools()).map(({ tool }) => tool)).toEqual(['b', 'a'])
      const pinned = await local((sql) =>
        pinTools(sql, place(), [
          { tool: 'a', digest: 'a1' },
          { tool: 'b', digest: 'another' },
        ]),
      )
      expect(pinned).toEqual([listed('a', 'a1')])
      expect(JSON.stringify(pinned[0]?.definition)).toBe(JSON.stringify(listed('a', 'a1').definition))
      await local((sql) => noteListedTools(sql, place(), [listed('a', 'a2'), listed('c', 'c1')]))
      expect(await tools()).toEqual([
        { tool: 'a', pinned: listed('a', 'a1'), latest: listed('a', 'a2') },
        { tool: 'c', latest: listed('c', 'c1') },
      ])
      await local((sql) => noteListedTools(sql, place(), []))
      expect(await tools()).toEqual([{ tool: 'a', pinned: listed('a', 'a1') }])
      await local((sql) => unpinTools(sql, place(), ['a']))
      expect((await tools())[0]?.pinned).toBeUndefined()
    })

    it('are allowed by host, until that is taken back', async () => {
      await local((sql) => approveHost(sql, LOCAL_TENANT, 'notes.example', 'owner'))
      expect(await local((sql) => isHostApproved(sql, LOCAL_TENANT, 'notes.example'))).toBe(true)
      expect(await other((sql) => isHostApproved(sql, OTHER_TENANT, 'notes.example'))).toBe(false)
      expect(await other((sql) => isHostApproved(sql, LOCAL_TENANT, 'notes.example'))).toBe(false)
      await other((sql) => withdrawHost(sql, LOCAL_TENANT, 'notes.example'))
      expect(await local((sql) => listApprovedHosts(sql, LOCAL_TENANT))).toEqual(['notes.example'])
      await local((sql) => withdrawHost(sql, LOCAL_TENANT, 'notes.example'))
      expect(await local((sql) => listApprovedHosts(sql, LOCAL_TENANT))).toEqual([])
    })

    it('are nothing that another tenant sees or removes', async () => {
      await local((sql) => noteListedTools(sql, place(), [listed('a', 'a1')]))
      expect(await other((sql) => listConnections(sql, LOCAL_TENANT, serverId))).toEqual([])
      expect(await other((sql) => listConnectionTools(sql, place()))).toEqual([])
      expect(await other((sql) => pinTools(sql, place(), [{ tool: 'a', digest: 'a1' }]))).toEqual([])
      expect(await other((sql) => removeConnectionRow(sql, LOCAL_TENANT, serverId, 'notes'))).toBe(false)
      expect(await local((sql) => removeConnectionRow(sql, LOCAL_TENANT, serverId, 'notes'))).toBe(true)
      expect(await tools()).toEqual([])
    })
  })
}
