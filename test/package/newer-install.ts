import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readMigrations } from '../../src/db/migrations.ts'

/** An installed package that passes for a newer one: of another version, with one migration more. */
export interface NewerInstall {
  readonly launcher: string
  readonly version: string
}

/** @param installed  the folder of the package; it is not changed, since what differs is written anew, not through the hard links */
export function installNewer(installed: string, folder: string): NewerInstall {
  execFileSync('cp', ['-al', installed, folder])
  const manifest = path.join(folder, 'package.json')
  const version = '99.0.0'
  const text = JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version })
  rmSync(manifest)
  writeFileSync(manifest, text)
  const migrations = path.join(folder, 'migrations')
  const number = String(readMigrations(migrations).length + 1).padStart(4, '0')
  writeFileSync(path.join(migrations, `${number}_later.sql`), 'ALTER TABLE tenants ADD later text;\n')
  return { launcher: path.join(folder, 'bin', 'mcpwright.cjs'), version }
}
