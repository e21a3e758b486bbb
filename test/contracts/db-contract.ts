import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import type { Database } from '../../src/db/database.ts'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId

/** What every database behind the port has to do. `open` gives a migrated, empty one. */
export function dbContract(name: string, open: () => Promise<Database>): void {
  describe(`${name} as a database`, () => {
    let db: Database
    beforeAll(async () => {
      db = await open()
      await db.asSystem((sql) =>
        sql.query("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'other')", [OTHER_TENANT]),
      )
    })
    afterAll(() => db.close())

    const insertServer = (tenantId: TenantId, server: string) =>
      db.as(tenantId, (sql) =>
        sql.query<{ id: string }>(
          `INSERT INTO servers (tenant_id, name, description, exposure, status)
           VALUES ($1, $2, '', 'tools', 'draft') RETURNING id`,
          [tenantId, server],
        ),
      )

    it('gives timestamps as Dates, json parsed, bytea as bytes and bigint as numbers', async () => {
      const at = new Date('2026-05-04T03:02:01.123Z')
      const bytes = Uint8Array.from([0, 1, 254, 255])
      const [row] = await db.asSystem((sql) =>
        sql.query<Record<string, unknown>>(
          `SELECT $1::timestamptz AS at, $2::json AS json, $3::jsonb AS jsonb, $4::bytea AS bytes, $5::bigint AS big,
             count(*) AS count, $6::text[] AS texts, $7::boolean AS yes, NULL::text AS nothing, $8::int AS int`,
          [at, { a: [1, 'x'] }, JSON.stringify([1]), bytes, 9_007_199_254_740_991n, ['a', 'b "c", \\d'], true, 7],
        ),
      )
      expect(row).toStrictEqual({
        at,
        json: { a: [1, 'x'] },
        jsonb: [1],
        bytes,
        big: 9_007_199_254_740_991,
        count: 1,
        texts: ['a', 'b "c", \\d'],
        yes: true,
        nothing: null,
        int: 7,
      })
    })

    it('stores and reads megabytes', async () => {
      const bytes = new Uint8Array(3_000_000).fill(7)
      const [row] = await db.asSystem((sql) => sql.query<{ bytes: Uint8Array }>('SELECT $1::bytea AS bytes', [bytes]))
      expect(row?.bytes.length).toBe(bytes.length)
    })

    it('rolls back when the work throws', async () => {
      const work = db.as(LOCAL_TENANT, async (sql) => {
        await sql.query(
          `INSERT INTO servers (tenant_id, name, description, exposure, status)
           VALUES ($1, 'rolled-back', '', 'tools', 'draft')`,
          [LOCAL_TENANT],
        )
        throw new Error('no')
      })
      await expect(work).rejects.toThrow('no')
      const rows = await db.asSystem((sql) => sql.query("SELECT 1 FROM servers WHERE name = 'rolled-back'"))
      expect(rows).toEqual([])
    })

    it('tells that a transaction was lost when a failed statement is swallowed', async () => {
      const work = db.asSystem(async (sql) => {
        await sql.query('SELECT 1/0').catch(() => undefined)
      })
      await expect(work).rejects.toThrow('swallowed')
    })

    it('keeps working after a failed statement, and names its SQLSTATE', async () => {
      await expect(db.asSystem((sql) => sql.query('SELECT nonsense'))).rejects.toMatchObject({ code: '42703' })
      await expect(db.statements.executeSql('BEGIN; SELECT 1/0; COMMIT')).rejects.toMatchObject({ code: '22012' })
      await expect(db.ping()).resolves.toBeUndefined()
    })

    it('names the constraint that a row violates', async () => {
      await insertServer(LOCAL_TENANT, 'twice')
      await expect(insertServer(LOCAL_TENANT, 'twice')).rejects.toMatchObject({
        code: '23505',
        constraint: 'servers_name',
      })
    })

    it('shows a tenant its own rows only, also where the WHERE clause was forgotten', async () => {
      await insertServer(LOCAL_TENANT, 'mine')
      const select = 'SELECT tenant_id FROM servers'
      expect(await db.as(OTHER_TENANT, (sql) => sql.query(select))).toEqual([])
      const own = await db.as(LOCAL_TENANT, (sql) => sql.query<{ tenant_id: string }>(select))
      expect(new Set(own.map((row) => row.tenant_id))).toEqual(new Set([LOCAL_TENANT]))
    })

    it('keeps a tenant from changing or deleting rows of another', async () => {
      await insertServer(LOCAL_TENANT, 'not-yours')
      const changed = await db.as(OTHER_TENANT, async (sql) => [
        ...(await sql.query("UPDATE servers SET description = 'taken' RETURNING id")),
        ...(await sql.query('DELETE FROM servers RETURNING id')),
      ])
      expect(changed).toEqual([])
    })

    it('keeps a tenant from writing rows of another', async () => {
      const work = db.as(OTHER_TENANT, (sql) =>
        sql.query(
          `INSERT INTO servers (tenant_id, name, description, exposure, status)
           VALUES ($1, 'planted', '', 'tools', 'draft')`,
          [LOCAL_TENANT],
        ),
      )
      await expect(work).rejects.toMatchObject({ code: '42501' })
    })

    it('keeps a tenant from pointing at a server of another, which foreign keys alone would allow', async () => {
      const [server] = await insertServer(LOCAL_TENANT, 'pointed-at')
      const work = db.as(OTHER_TENANT, (sql) =>
        sql.query(
          `INSERT INTO builds (tenant_id, server_id, version, digest, revision, checks)
           VALUES ($1, $2, 1, 'd', 1, '[]')`,
          [OTHER_TENANT, server?.id ?? ''],
        ),
      )
      await expect(work).rejects.toMatchObject({ code: '23503' })
    })

    it('protects every table that has a tenant, and every table has one', async () => {
      const tables = await db.asSystem((sql) =>
        sql.query<{ relname: string; protected: boolean; has_tenant: boolean }>(
          `SELECT c.relname, c.relrowsecurity AS protected,
             EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS has_tenant
           FROM pg_class c WHERE c.relnamespace = 'mcpwright'::regnamespace AND c.relkind = 'r'
             AND c.relname <> 'migrations'`,
        ),
      )
      expect(tables.length).toBeGreaterThan(10)
      expect(tables.filter((table) => !table.protected || !table.has_tenant)).toEqual([])
    })

    it('leaves neither tenant nor role on the connection', async () => {
      await db.as(OTHER_TENANT, (sql) => sql.query('SELECT 1'))
      const { rows } = await db.statements.executeSql(
        "SELECT current_user = session_user AS owner, current_setting('mcpwright.tenant_id', true) AS tenant",
      )
      expect(rows[0]).toMatchObject({ owner: true })
      expect(rows[0]?.tenant || null).toBeNull()
    })

    it('throws on nested use instead of waiting for itself', async () => {
      const nested = db.as(LOCAL_TENANT, () => db.as(LOCAL_TENANT, (sql) => sql.query('SELECT 1')))
      await expect(nested).rejects.toThrow('inside a transaction')
      await expect(db.asSystem(() => db.ping())).rejects.toThrow('inside a transaction')
    })

    it('refuses a transaction’s sql after its end', async () => {
      const leaked = await db.asSystem(async (sql) => ({ sql }))
      await expect(leaked.sql.query('SELECT 1')).rejects.toThrow('has ended')
    })

    it('runs many transactions that are asked for at once', async () => {
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          db.as(LOCAL_TENANT, async (sql) => {
            const [row] = await sql.query<{ index: number }>('SELECT $1::int AS index', [index])
            return row?.index
          }),
        ),
      )
      expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index))
    })

    it('carries notifications, also those of a transaction when it commits, until the listener stops', async () => {
      const heard: string[] = []
      const next = Promise.withResolvers<void>()
      const stop = await db.listen('test_channel', (payload) => {
        heard.push(payload)
        if (payload === 'last') next.resolve()
      })
      await db
        .asSystem(async (sql) => {
          await sql.query("SELECT pg_notify('test_channel', 'rolled back')")
          throw new Error('no')
        })
        .catch(() => undefined)
      await db.asSystem((sql) => sql.query("SELECT pg_notify('test_channel', 'committed')"))
      await db.notify('test_channel', 'last')
      await next.promise
      await stop()
      await db.notify('test_channel', 'too late')
      await db.ping()
      expect(heard).toEqual(['committed', 'last'])
    })

    it('migrates again, and by several at once, without a change', async () => {
      await Promise.all([migrate(db), migrate(db), migrate(db)])
      const [row] = await db.asSystem((sql) => sql.query<{ count: number }>('SELECT count(*) FROM migrations'))
      expect(row?.count).toBeGreaterThan(0)
    })

    it('refuses a database that a newer mcpwright has written', async () => {
      await db.asSystem((sql) => sql.query("INSERT INTO migrations (version, name) VALUES (9999, 'future')"))
      await expect(migrate(db)).rejects.toMatchObject({
        code: 'SCHEMA_NEWER',
        message: expect.stringContaining('9999'),
      })
      await db.asSystem((sql) => sql.query('DELETE FROM migrations WHERE version = 9999'))
    })
  })
}
