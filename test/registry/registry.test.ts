import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgres } from '../../src/db/postgres.ts'
import { connectionContract } from '../contracts/connection-contract.ts'
import { decisionsContract } from '../contracts/decisions-contract.ts'
import { inboxContract } from '../contracts/inbox-contract.ts'
import { registryContract } from '../contracts/registry-contract.ts'
import { openTestPglite } from '../db/test-pglite.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'

registryContract('PGlite', openTestPglite)
inboxContract('PGlite', openTestPglite)
decisionsContract('PGlite', openTestPglite)
connectionContract('PGlite', openTestPglite)

describe.skipIf((await findPostgres()) === undefined && !process.env.CI)('PostgreSQL', () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const openOne = async () => openPostgres((await server?.createDatabase()) ?? '')
  registryContract('PostgreSQL', openOne)
  inboxContract('PostgreSQL', openOne)
  decisionsContract('PostgreSQL', openOne)
  connectionContract('PostgreSQL', openOne)
})
