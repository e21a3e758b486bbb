import { chmod, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'

/** @returns undefined where there is no such file */
export async function readConfiguration(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error) && !(await isLink(file))) return undefined
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `"${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Mend the file or the link, and run this again.',
      { cause: error },
    )
  }
}

/**
 * Puts a whole new text in the place of a file, which keeps its mode and stays the link that it may be. A reader sees
 * the old or the new one.
 * @param before  what the change was made from; undefined: no file
 * @param after   undefined: the file goes
 * @throws MetaError CONFIGURATION_INVALID when the file has changed meanwhile: clients write theirs too
 */
export async function writeConfiguration(
  file: string,
  before: string | undefined,
  after: string | undefined,
): Promise<void> {
  const real = before === undefined ? file : await realpath(file)
  if (before === undefined) await mkdir(path.dirname(file), { recursive: true })
  const mode = before === undefined ? 0o600 : (await stat(real)).mode & 0o7777
  const temporary = `${real}.mcpwright-${process.pid}`
  try {
    if (after !== undefined) {
      await writeFile(temporary, after, { mode: 0o600, flag: 'wx' })
      await chmod(temporary, mode)
    }
    if ((await readConfiguration(file)) !== before) throw hasChanged(file)
    await (after === undefined ? rm(file) : rename(temporary, real))
  } finally {
    await rm(temporary, { force: true })
  }
}

/** What a configuration was before our first change; unknown where no copy of ours says so. */
export type Original = { readonly was: 'text'; readonly text: string } | { readonly was: 'missing' | 'unknown' }

/**
 * Copies a file beside itself, with its mode and the time in its name. Where there is no file, that is noted, so that
 * it can be missing again.
 * @returns the copy's path
 */
export async function backUp(file: string, before: string | undefined, now: Date): Promise<string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const copy = `${file}${BACKUP}${time}${before === undefined ? NOTHING : ''}`
  await mkdir(path.dirname(file), { recursive: true })
  try {
    await writeFile(copy, before ?? '', { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Of two changes within a second the first has the copy of what was the person's own.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return copy
    throw error
  }
  if (before !== undefined) await chmod(copy, (await stat(file)).mode & 0o7777)
  return copy
}

export async function findOriginal(file: string): Promise<Original> {
  const [oldest] = await findBackups(file)
  if (oldest === undefined) return { was: 'unknown' }
  return oldest.endsWith(NOTHING) ? { was: 'missing' } : { was: 'text', text: await readFile(oldest, 'utf8') }
}

/** The copies that were made of a file, the oldest first. */
export async function findBackups(file: string): Promise<string[]> {
  const names = await readdir(path.dirname(file)).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const start = `${path.basename(file)}${BACKUP}`
  const own = names.filter((name) => name.startsWith(start) && /^\d{8}T\d{6}Z(-none)?$/.test(name.slice(start.length)))
  return own.toSorted().map((name) => path.join(path.dirname(file), name))
}

const BACKUP = '.before-mcpwright-'
const NOTHING = '-none'

function hasChanged(file: string): MetaError {
  return new MetaError(
    'CONFIGURATION_INVALID',
    `"${file}" was changed by another program at this moment; it was left as it is.`,
    'Run this again.',
  )
}

async function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
