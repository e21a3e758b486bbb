import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ProjectFolder } from '../pipeline/files/adopt-folder.ts'

/** Made by tools, or the person's own: never read. */
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.data', '.env'])
/** No project of ours has so many; a home directory has. */
const MOST_FILES = 2_000

export interface ReadFolder extends ProjectFolder {
  /** What is no text, or no file. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[]
}

/**
 * Reads a project from a person's folder. No link is followed.
 * @throws MetaError FILE_NOT_ALLOWED where there is no such folder; LIMIT_EXCEEDED
 */
export async function readProjectFolder(folder: string): Promise<ReadFolder> {
  const files: Record<string, string> = {}
  const large: Record<string, string> = {}
  const refused: { file: string; reason: string }[] = []
  for (const { file, isFile } of await listFiles(folder)) {
    if (!isFile) {
      refused.push({ file, reason: 'it is a link, or no file' })
      continue
    }
    const bytes = await readFile(path.join(folder, file))
    const text = textOf(bytes)
    if (bytes.length > defaults.files.bytes) large[file] = createHash('sha256').update(bytes).digest('hex')
    else if (text === undefined) refused.push({ file, reason: 'it is no text' })
    else files[file] = text
  }
  return { files, large, refused }
}

async function listFiles(folder: string): Promise<{ readonly file: string; readonly isFile: boolean }[]> {
  const found: { file: string; isFile: boolean }[] = []
  const waiting = ['']
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await entriesOf(path.join(folder, below))) {
      const file = below === '' ? entry.name : `${below}/${entry.name}`
      if (SKIPPED.has(entry.name) && (below === '' || entry.name === 'node_modules')) continue
      if (entry.isDirectory()) waiting.push(file)
      else found.push({ file, isFile: entry.isFile() })
      if (found.length > MOST_FILES) throw tooMany(folder)
    }
  }
  return found.toSorted((left, right) => (left.file < right.file ? -1 : 1))
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    throw new MetaError(
      'FILE_NOT_ALLOWED',
      `"${folder}" is no folder that can be read.`,
      'Name the folder of a project.',
      {
        cause: error,
      },
    )
  }
}

/** Undefined for what is no text in UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function tooMany(folder: string): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `"${folder}" has more than ${MOST_FILES} files.`,
    'Name the folder of a project, and not one around it.',
  )
}
