import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { protectFile } from './protect-file.ts'

/** Written beside and renamed, so that a reader sees all of it or nothing; readable by its owner alone. */
export function writePrivateFile(file: string, text: string, encoding: BufferEncoding = 'utf8'): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text, { mode: 0o600, encoding })
  protectFile(temporary)
  renameSync(temporary, file)
}
