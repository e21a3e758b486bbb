import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../src/db/postgres.ts'
import { dbContract } from '../contracts/db-contract.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'
import { openTestPglite } from './test-pglite.ts'

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
    expect(counts.map(([row]) => row?.count)).toEqual([1, 1, 1])
    await Promise.all(opened.map((db) => db.close()))
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
