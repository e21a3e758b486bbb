import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBackupTables } from '../../src/db/backup-tables.ts'
import type { Database } from '../../src/db/database.ts'
import { readBackupHead, restoreRows } from '../../src/db/read-backup.ts'
import { writeBackup } from '../../src/db/write-backup.ts'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import { checkAuditChain } from '../../src/registry/audit-chain.ts'
import { appendAuditEvents } from '../../src/registry/audit-store.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { insertTools, listTools } from '../../src/registry/tool-store.ts'

const OTHER = '00000000-0000-7000-8000-0000000000ff' as TenantId

/** @param open  gives an empty database each time, of the kind that is tested */
export function backupContract(kind: string, open: () => Promise<Database>): void {
  describe(`a backup of ${kind}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-backup-'))
    const file = path.join(folder, 'all.gz')
    let db: Database
    beforeAll(async () => {
      db = await open()
      await db.asSystem((sql) => sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER]))
      await fill(db, LOCAL_TENANT, 'mine')
      await fill(db, OTHER, 'theirs')
      writeFileSync(file, gzipSync(await linesOf(db)))
    })
    afterAll(async () => {
      await db.close()
      rmSync(folder, { recursive: true })
    })

    it('has every row of its tenant, in an empty database to the letter, and nothing of others', async () => {
      const target = await open()
      try {
        const stored = await target.asSystem((sql) => restoreRows(sql, file))
        expect(stored).toMatchObject({ servers: 1, tools: 2, audit_events: 3, store_values: 1 })
        expect(withoutHead(await linesOf(target))).toEqual(withoutHead(await linesOf(db)))
        expect(await toolsOf(target)).toEqual(await toolsOf(db))
        expect(await target.asSystem((sql) => sql.query('SELECT name FROM servers'))).toEqual([{ name: 'mine' }])
        // What comes after goes on: numbers, and the chain of events.
        await fill(target, LOCAL_TENANT, 'later')
        expect(await target.as(LOCAL_TENANT, (sql) => checkAuditChain(sql, LOCAL_TENANT))).toEqual({ events: 6 })
      } finally {
        await target.close()
      }
    })

    it('knows every table with rows of tenants, each after those it refers to', async () => {
      const tables = await db.asSystem(listBackupTables)
      const names = tables.map(({ name }) => name)
      expect(names).toEqual(expect.arrayContaining(['tenants', 'servers', 'tools', 'builds', 'build_files', 'secrets']))
      expect(names.indexOf('builds')).toBeLessThan(names.indexOf('deployments'))
      const [count] = await db.asSystem((sql) =>
        sql.query<{ count: number }>(
          "SELECT count(DISTINCT table_name) FROM information_schema.columns WHERE table_schema = 'mcpwright' AND column_name = 'tenant_id'",
        ),
      )
      expect(tables).toHaveLength(count?.count ?? 0)
    })

    it('that is cut off, damaged or something else is refused, and nothing of it is stored', async () => {
      const text = await linesOf(db)
      const cut = path.join(folder, 'cut.gz')
      writeFileSync(cut, gzipSync(text.slice(0, text.lastIndexOf('{"rows"'))))
      const torn = path.join(folder, 'torn.gz')
      writeFileSync(torn, gzipSync(text).subarray(0, 500))
      const other = path.join(folder, 'other.gz')
      writeFileSync(other, gzipSync('{"format":"else"}\n'))
      const target = await open()
      try {
        for (const bad of [cut, torn]) {
          const restoring = target.asSystem((sql) => restoreRows(sql, bad))
          await expect(restoring).rejects.toMatchObject({ code: 'ARGUMENTS_INVALID' })
        }
        expect(await target.asSystem((sql) => sql.query('SELECT name FROM servers'))).toEqual([])
        await expect(readBackupHead(other)).rejects.toMatchObject({ code: 'ARGUMENTS_INVALID' })
        await expect(readBackupHead(path.join(folder, 'nowhere.gz'))).rejects.toMatchObject({
          code: 'ARGUMENTS_INVALID',
        })
        await expect(readBackupHead(file)).resolves.toMatchObject({ tenant: LOCAL_TENANT, mcpwright: '1.2.3' })
      } finally {
        await target.close()
      }
    })
  })
}

async function linesOf(db: Database): Promise<string> {
  const about = { mcpwright: '1.2.3', at: new Date('2026-01-02T03:04:05Z') }
  return db.asSystem(async (sql) => {
    let lines = ''
    for await (const line of writeBackup(sql, LOCAL_TENANT, about)) lines += line
    return lines
  })
}

/** Tables have no order of their own. */
function withoutHead(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .toSorted((left, right) => (left < right ? -1 : 1))
}

function toolsOf(db: Database) {
  return db.as(LOCAL_TENANT, async (sql) => {
    const [server] = await sql.query<{ id: never }>('SELECT id FROM servers')
    return server && listTools(sql, LOCAL_TENANT, server.id)
  })
}

const toolOf = (name: string) => ({
  name,
  description: 'A tool.\nWith a second line.',
  effect: 'read' as const,
  inputSchema: { type: 'object', properties: { a: { type: 'number', default: 1e21 } } },
  handler: { kind: 'code' as const, source: 'return "a\\n\\tb"', hosts: [] },
})

async function fill(db: Database, tenantId: TenantId, name: string): Promise<void> {
  await db.as(tenantId, async (sql) => {
    const server = await insertServer(sql, tenantId, {
      name,
      description: 'Ünïcode\n\t"and" \\lines',
      exposure: 'tools',
    })
    await insertTools(sql, tenantId, server, [toolOf('first'), toolOf('second')])
    await sql.query('INSERT INTO store_values (tenant_id, server_id, key, value) VALUES ($1, $2, $3, $4)', [
      tenantId,
      server.id,
      'key',
      JSON.stringify({ b: 1, a: [2] }),
    ])
    const event = (action: string) => ({ subject: 'owner', action, details: { b: name, a: 1.5 } })
    await appendAuditEvents(sql, tenantId, [event('one'), event('two'), event('three')])
  })
}
