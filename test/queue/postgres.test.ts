import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgres } from '../../src/db/postgres.ts'
import { queueContract } from '../contracts/queue-contract.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'

describe.skipIf((await findPostgres()) === undefined && !process.env.CI)('PostgreSQL', () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  queueContract('PostgreSQL', async () => {
    const url = (await server?.createDatabase()) ?? ''
    return { directory: '', databaseUrl: url, open: () => openPostgres(url) }
  })
})
