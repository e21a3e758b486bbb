import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface PassingFolder extends AsyncDisposable {
  readonly path: string
}

/**
 * Makes a new folder that is the owner's alone, and goes with all that is in it when it is disposed of. What a death
 * leaves is for whoever gave `parent` to remove.
 * @param parent  is made when it is missing
 * @param name  how the folder's own name begins
 */
export async function openPassingFolder(parent: string, name: string): Promise<PassingFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const path = await mkdtemp(join(parent, `${name}-`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
