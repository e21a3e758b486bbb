import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../config/package-root.ts'

export interface Migration {
  /** 1 for `0001_registry.sql`. */
  readonly version: number
  readonly name: string
  readonly sql: string
}

export function migrationsFolder(): string {
  return path.join(packageRoot(), 'migrations')
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
