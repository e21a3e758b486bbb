import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Copies of a home that are kept: those of the newest upgrades. */
const KEPT = 3

/**
 * Copies the files of a data directory before its schema is brought up to date, so that the version before can be gone
 * back to. Nothing is written meanwhile: what stands there is what PostgreSQL would find after a power cut.
 * @param directory  the data directory; its copies stand beside it, in `upgrades`
 * @param schema  the version of the schema that it has
 * @returns the copy
 */
export async function copyBeforeUpgrade(directory: string, schema: number, now: Date): Promise<string> {
  const copies = copiesFolder(directory)
  await mkdir(copies, { recursive: true, mode: 0o700 })
  const copy = path.join(copies, `${stampOf(now)}-schema-${schema}`)
  // Under another name until it is whole.
  const partial = `${copy}.part`
  await rm(partial, { recursive: true, force: true })
  await cp(path.join(directory, 'pglite'), path.join(partial, 'pglite'), { recursive: true })
  await writeFile(path.join(partial, 'pglite.complete'), '')
  await rename(partial, copy)
  const old = (await copyNames(copies)).slice(0, -KEPT)
  for (const name of old) await rm(path.join(copies, name), { recursive: true, force: true })
  return copy
}

/** Oldest first. What a person has replaced stands there too, and is theirs to remove. */
async function copyNames(copies: string): Promise<readonly string[]> {
  const names = await readdir(copies).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => /-schema-\d+$/.test(name)).toSorted()
}

/** The copy from before the last upgrade, when there was one. */
export async function newestCopy(directory: string): Promise<string | undefined> {
  const copies = copiesFolder(directory)
  const newest = (await copyNames(copies)).at(-1)
  return newest && path.join(copies, newest)
}

export function copiesFolder(directory: string): string {
  return path.join(path.dirname(directory), 'upgrades')
}

/** `20261121-170359`: names that sort by time. */
export function stampOf(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}
