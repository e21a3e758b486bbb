import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgres } from '../../src/db/postgres.ts'
import { backupContract } from '../contracts/backup-contract.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'
import { openTestPglite } from './test-pglite.ts'

backupContract('PGlite', openTestPglite)

describe.skipIf((await findPostgres()) === undefined && !process.env.CI)('PostgreSQL', () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  backupContract('PostgreSQL', async () => openPostgres((await server?.createDatabase()) ?? ''))
})
