import { afterAll, beforeAll, describe } from 'vitest'
import { openDatabase } from '../../src/db/open-database.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { queueContract } from '../contracts/queue-contract.ts'
import { temporaryDirectory } from '../db/temporary-directory.ts'
import { ensureTestTemplate, TEST_TEMPLATES } from '../db/test-pglite.ts'
import { findPostgres, startPostgres, type PostgresServer } from '../postgres/start-postgres.ts'

describe('PGlite', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>> | undefined
  afterAll(() => directory?.[Symbol.asyncDispose]())

  queueContract('PGlite', async () => {
    await ensureTestTemplate()
    directory = await temporaryDirectory()
    const home = directory.path
    return {
      directory: home,
      databaseUrl: undefined,
      open: () => openDatabase({ directory: home, templateFolders: [TEST_TEMPLATES] }),
    }
  })
})

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
