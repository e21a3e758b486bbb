import { createHash } from 'node:crypto'

/** A generated project: relative POSIX paths and their texts. */
export type ProjectFiles = Readonly<Record<string, string>>

/** SHA-256 over sorted paths and texts, in hex: the same files always give the same digest. */
export function digestOfFiles(files: ProjectFiles): string {
  const hash = createHash('sha256')
  for (const path of Object.keys(files).toSorted()) {
    const text = files[path] ?? ''
    hash.update(`${path}\0${Buffer.byteLength(text)}\0`).update(text)
  }
  return hash.digest('hex')
}
