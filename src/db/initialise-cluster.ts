/** Run as a short-lived process: makes the PostgreSQL files in the directory that its argument names. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { START_PARAMETERS, useBaselineWasm } from './lean-postgres.ts'

const [, , directory] = process.argv
if (directory === undefined) throw new Error('initialise-cluster needs a directory.')
useBaselineWasm()
// initdb writes each of its thousand files many times: in memory that takes a third less, with the copy at the end.
const pglite = await PGlite.create('memory://', { startParams: START_PARAMETERS })
const { FS } = pglite.Module
await pglite.close()
copyFolder(`/pglite/data`, directory)

function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const name of FS.readdir(from).filter((entry: string) => entry !== '.' && entry !== '..')) {
    const [source, copy] = [`${from}/${name}`, path.join(to, name)]
    if (FS.isDir(FS.stat(source).mode)) copyFolder(source, copy)
    else writeFileSync(copy, FS.readFile(source), { mode: 0o600 })
  }
}
