import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { IMPORTABLE_PACKAGES } from '../../../generators/project/importable.ts'
import locked from '../../../generators/project/locked-packages.json' with { type: 'json' }
import type { PackageVersions } from '../../../generators/project/emit-package.ts'
import type { ProjectSurroundings } from '../../../generators/project/emit-project.ts'
import { digestOfFiles, type ProjectFiles } from '../../model/project-files.ts'
import { packageRoot } from '../../config/package-root.ts'

const PACKAGES = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/client',
  '@cloudflare/workers-oauth-provider',
  'minisearch',
  'esbuild',
  'typescript',
  '@types/node',
  '@bufbuild/protobuf',
  'saxes',
  ...IMPORTABLE_PACKAGES,
] as const

let surroundings: ProjectSurroundings | undefined

/** What every project is made with: the runtime library and the versions of packages this mcpwright has itself. */
export function projectSurroundings(): ProjectSurroundings {
  return (surroundings ??= { library: readLibrary(), versions: readVersions(), locked })
}

let digest: string | undefined

/** Tells whether a build was made with what this mcpwright would make it with. */
export function libraryDigest(): string {
  const { library, versions } = projectSurroundings()
  return (digest ??= digestOfFiles({ ...library, versions: JSON.stringify(versions) }))
}

/** The folder of an installed package, wherever npm has put it. */
export function packageFolder(name: string, from = path.join(packageRoot(), 'package.json')): string {
  const require = createRequire(from)
  for (const base of require.resolve.paths(name) ?? []) {
    const folder = path.join(base, name)
    try {
      readFileSync(path.join(folder, 'package.json'))
      return folder
    } catch {
      // The next node_modules upward may have it.
    }
  }
  throw new Error(`The package ${name} is not installed; run npm install again.`)
}

function readLibrary(): ProjectFiles {
  const folder = path.join(packageRoot(), 'runtime', 'library')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file, 'utf8')]
    }),
  )
}

function readVersions(): PackageVersions {
  const own: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'),
  )
  // Each of PACKAGES is pinned exactly in our package.json; a test says when one is missing.
  return Object.fromEntries(PACKAGES.map((name) => [name, own.dependencies[name] ?? ''])) as PackageVersions
}
