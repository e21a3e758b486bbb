import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { IMPORTABLE_PACKAGES } from '../../../generators/project/importable.ts'
import { cacheFolder } from '../../config/cache-folders.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import { packageFolder } from './package-sources.ts'
import { pathInside } from '../../model/path-inside.ts'

/** What the files of a project may import, besides each other. */
export const PROJECT_PACKAGES: readonly string[] = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/client',
  '@cloudflare/workers-oauth-provider',
  'minisearch',
  '@types/node',
  '@bufbuild/protobuf',
  'saxes',
  ...IMPORTABLE_PACKAGES,
]

/**
 * A project on disk for as long as it is checked and bundled; its packages are links to mcpwright's own.
 * @param more  packages besides, and empty folders
 */
export async function openProjectFolder(
  files: ProjectFiles,
  cache: string,
  more: { readonly packages?: readonly string[]; readonly folders?: readonly string[] } = {},
): Promise<AsyncDisposable & { readonly folder: string }> {
  const parent = cacheFolder(cache, 'projects')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(path.join(parent, 'build-'))
  try {
    await linkPackages(folder, [...PROJECT_PACKAGES, ...(more.packages ?? [])])
    for (const name of more.folders ?? []) await mkdir(path.join(folder, name))
    await writeFiles(folder, files)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/**
 * Writes a project's files below `folder`, which has none of them yet: what is there already, a link too, is neither
 * followed nor replaced.
 * @throws Error when a path leads out of it, before anything is written
 */
export async function writeFiles(folder: string, files: ProjectFiles): Promise<void> {
  const places = Object.entries(files).map(([file, text]) => [pathInside(folder, file), text] as const)
  const folders = new Set(places.map(([place]) => path.dirname(place)))
  await Promise.all([...folders].map((each) => mkdir(each, { recursive: true })))
  const writing = places.map(([place, text]) => writeFile(place, text, { flag: 'wx' }))
  // After a failure nothing may still be written: the caller removes the folder.
  await Promise.allSettled(writing)
  await Promise.all(writing)
}

async function linkPackages(folder: string, packages: readonly string[]): Promise<void> {
  for (const name of packages) {
    const link = path.join(folder, 'node_modules', name)
    await mkdir(path.dirname(link), { recursive: true })
    // A junction needs no right on Windows; elsewhere the type is ignored.
    await symlink(packageFolder(name), link, 'junction')
  }
}
