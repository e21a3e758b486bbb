/**
 * Makes the template that new PGlite directories are filled from: migrated, and with the queue's tables.
 * Run as `node src/queue/make-template.ts <folder>` when the package is built.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openPglite } from '../db/pglite.ts'
import { packagedTemplates, templateName } from '../db/template.ts'
import { createBoss, ensureQueue, queueName } from './boss.ts'

/** @returns the template's path; it appears there complete or not at all */
export async function makeTemplate(folder: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mcpwright-template-'))
  try {
    const db = await openPglite({ directory, templateFolders: [] })
    const boss = createBoss(db, () => undefined)
    await boss.start()
    await ensureQueue(boss, queueName(db, ''))
    await boss.stop({ graceful: false })
    await db.statements.executeSql('VACUUM ANALYZE')
    const template = await db.dump()
    await db.close()

    const file = path.join(folder, templateName())
    await mkdir(folder, { recursive: true })
    // A name for each call: of one process, too, several may make it at once.
    const unfinished = path.join(folder, `.${randomUUID()}-${path.basename(file)}`)
    await writeFile(unfinished, template)
    await rename(unfinished, file)
    return file
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

if (import.meta.main) console.log(await makeTemplate(process.argv[2] ?? packagedTemplates()))
