import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openPglite, type PgliteDatabase } from '../../src/db/pglite.ts'
import { templateName } from '../../src/db/template.ts'
import { makeTemplate } from '../../src/queue/make-template.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Templates outlive a test run: their name changes with the migrations. */
export const TEST_TEMPLATES = path.join(tmpdir(), 'mcpwright-test-templates')

/** Makes the template of this code when no earlier test has. */
export async function ensureTestTemplate(): Promise<string> {
  await mkdir(TEST_TEMPLATES, { recursive: true })
  const file = path.join(TEST_TEMPLATES, templateName())
  return existsSync(file) ? file : makeTemplate(TEST_TEMPLATES)
}

/** A migrated PGlite in a folder of its own, which is gone when it is closed. */
export async function openTestPglite(): Promise<PgliteDatabase> {
  await ensureTestTemplate()
  const directory = await temporaryDirectory()
  const db = await openPglite({ directory: directory.path, templateFolders: [TEST_TEMPLATES] })
  return {
    ...db,
    async close() {
      await db.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}
