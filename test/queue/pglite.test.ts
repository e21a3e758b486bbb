import { afterAll } from 'vitest'
import { openDatabase } from '../../src/db/open-database.ts'
import { queueContract } from '../contracts/queue-contract.ts'
import { temporaryDirectory } from '../db/temporary-directory.ts'
import { ensureTestTemplate, TEST_TEMPLATES } from '../db/test-pglite.ts'

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
