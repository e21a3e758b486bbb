import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMigrations } from '../../src/db/migrations.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import type { TenantId } from '../../src/model/ids.ts'
import { dbContract } from '../contracts/db-contract.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'
import { openTestPglite } from './test-pglite.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId

dbContract('PGlite', openTestPglite)

describe.skipIf((await findPostgres()) === undefined && !process.env.CI)('PostgreSQL', () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  dbContract('PostgreSQL', async () => openPostgres((await server?.createDatabase()) ?? ''))

  it('is migrated once by processes that start at the same time', async () => {
    const url = (await server?.createDatabase()) ?? ''
    const opened = await Promise.all([openPostgres(url), openPostgres(url), openPostgres(url)])
    const counts = await Promise.all(
      opened.map((db) => db.asSystem((sql) => sql.query<{ count: number }>('SELECT count(*) FROM migrations'))),
    )
    const all = readMigrations().length
    expect(counts.map(([row]) => row?.count)).toEqual([all, all, all])
    await Promise.all(opened.map((db) => db.close()))
  })

  it('serves a user who is no superuser, and keeps tenants apart for it too', async () => {
    const url = (await server?.createDatabase()) ?? ''
    const admin = new Client({ connectionString: url })
    await admin.connect()
    await admin.query(
      `CREATE ROLE plain LOGIN CREATEROLE; GRANT CREATE ON DATABASE "${new URL(url).pathname.slice(1)}" TO plain`,
    )
    await admin.end()

    const db = await openPostgres(url.replace('app@', 'plain@'))
    const rows = await db.as(OTHER_TENANT, (sql) => sql.query('SELECT * FROM tenants'))
    await db.close()
    expect(rows).toEqual([])
  })

  it('goes on after its connections were cut, listeners too', async () => {
    const db = await openPostgres((await server?.createDatabase()) ?? '')
    const heard = Promise.withResolvers<string>()
    await db.listen('after_the_cut', heard.resolve)
    const cut = db.statements.executeSql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()',
    )
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    await db.ping()
    const calling = setInterval(() => void db.notify('after_the_cut', 'hello'), 100)
    expect(await heard.promise).toBe('hello')
    clearInterval(calling)
    await db.close()
  })
})

describe('a PostgreSQL that is not there', () => {
  it('is told with DATABASE_URL in the fix and without the password', async () => {
    const opening = openPostgres('postgres://app:hunter2@127.0.0.1:1/nowhere')
    await expect(opening).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1/nowhere'),
      fix: expect.stringContaining('DATABASE_URL'),
    })
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') })
  })
})
