import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { pathInside } from '../../../src/model/path-inside.ts'
import { digestOfFiles, type ProjectFiles } from '../../../src/model/project-files.ts'

/**
 * Writes a build's artefacts to `<directory>/<digest>/`, whole or not at all; what is there already is used again.
 * The digest is of the artefacts: the same project bundled by a newer mcpwright is another folder.
 * @returns the folder
 * @throws MetaError DISK_FULL
 */
export async function writeArtefacts(directory: string, artefacts: ProjectFiles): Promise<string> {
  const folder = join(directory, digestOfFiles(artefacts))
  if (await exists(folder)) return folder
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(join(directory, 'draft-'))
  try {
    for (const [path, text] of Object.entries(artefacts)) {
      const file = pathInside(draft, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another apply of the same build was faster.
    if (await exists(folder)) return folder
    throw toDiskError(error, directory)
  }
  return folder
}

/** Removes the folders of earlier builds; logs stay. */
export async function removeArtefacts(directory: string, except?: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name))
  const old = folders.filter((folder) => folder !== except)
  await Promise.all(old.map((folder) => rm(folder, { recursive: true, force: true })))
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function toDiskError(error: unknown, directory: string): unknown {
  const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  if (!isFull) return error
  return new MetaError('DISK_FULL', `There is no room left in "${directory}".`, 'Free some space, then deploy again.', {
    cause: error,
  })
}
