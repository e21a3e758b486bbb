import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { digestOfMigrations, migrationsFolder, readMigrations } from './migrations.ts'

/**
 * The name of a template (a migrated PGlite directory as tar.gz) of this code. It changes with the migrations and
 * with the packages that write the files and the queue's tables, so that a stale template is simply not found.
 */
export function templateName(): string {
  const text = readFileSync(path.join(packageFolder(), 'package.json'), 'utf8')
  // Our own package.json; both are pinned there.
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
  const hash = createHash('sha256')
    .update(digestOfMigrations(readMigrations()))
    .update(`${dependencies['@electric-sql/pglite']}\0${dependencies['pg-boss']}`)
  return `database-${hash.digest('hex').slice(0, 16)}.tar.gz`
}

/** Where the published package carries its template. */
export function packagedTemplates(): string {
  return path.join(packageFolder(), 'dist')
}

function packageFolder(): string {
  return path.dirname(migrationsFolder())
}

/** The first template of this code in `folders`. */
export function findTemplate(folders: readonly string[] = [packagedTemplates()]): string | undefined {
  const name = templateName()
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file))
}
