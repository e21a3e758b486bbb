import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface Migration {
  /** 1 for `0001_registry.sql`. */
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** The `migrations` of the package: the nearest above this file, alike for `src` and `dist`. */
export function migrationsFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(path.join(folder, 'migrations', '0001_registry.sql'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error(`No folder with migrations above "${import.meta.dirname}".`)
    folder = parent
  }
  return path.join(folder, 'migrations')
}

/** The migrations of a folder, in order. Their numbers start at 1 and leave no gap. */
export function readMigrations(folder = migrationsFolder()): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  return names.map((name, index) => {
    const version = Number.parseInt(name, 10)
    if (version !== index + 1) throw new Error(`Migration "${name}" should have the number ${index + 1}.`)
    return { version, name, sql: readFileSync(path.join(folder, name), 'utf8') }
  })
}

/** Names a set of migrations: templates that were made from another set are not used. */
export function digestOfMigrations(migrations: readonly Migration[]): string {
  const hash = createHash('sha256')
  for (const { name, sql } of migrations) hash.update(`${name}\0${sql}\0`)
  return hash.digest('hex')
}
