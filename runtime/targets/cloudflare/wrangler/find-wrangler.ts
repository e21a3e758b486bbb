import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fetchPackages } from './fetch-packages.ts'
import { removeOtherVersions } from './remove-other-versions.ts'
import type { PackageRegistry } from './run-npm.ts'
import lock from './wrangler-lock.json' with { type: 'json' }

export interface FindWranglerOptions {
  /** Where a fetched one is kept, for all servers and until a newer mcpwright has fetched a newer one. */
  readonly wranglers: string
  readonly registry: PackageRegistry
}

const VERSION = lock.packages['node_modules/wrangler'].version
const PROGRAM = 'node_modules/wrangler/wrangler-dist/cli.js'

/**
 * Path of the `cli.js` of the pinned wrangler. In a checkout it is a dependency of development. As a package mcpwright
 * comes without: 44 MB for those who publish to Cloudflare alone; they are fetched before the first deploy, by the
 * hashes of the lock file that mcpwright ships.
 * @throws MetaError TARGET_TOOL_MISSING when it can't be fetched; the signal's reason
 */
export async function findWrangler({ wranglers, registry }: FindWranglerOptions, signal: AbortSignal): Promise<string> {
  const installed = installedProgram()
  if (installed) return installed
  const digest = createHash('sha256').update(JSON.stringify(lock)).digest('hex').slice(0, 12)
  const folder = path.join(wranglers, `${VERSION}-${digest}`)
  const program = path.join(folder, PROGRAM)
  if (existsSync(program)) return program
  await fetchPackages({ folder, lock, registry, byHand: commandFor(folder), signal })
  await removeOtherVersions(folder)
  return program
}

/** Where Node keeps wrangler compiled: beside the fetched ones, since it goes with them. */
export function compiledFolder(wranglers: string): string {
  return path.join(wranglers, 'compiled')
}

/** Of this checkout, when it is the pinned version. */
function installedProgram(): string | undefined {
  try {
    const file = createRequire(import.meta.url).resolve('wrangler/package.json')
    const { version } = createRequire(import.meta.url)(file) as { readonly version: string }
    return version === VERSION ? path.join(path.dirname(file), 'wrangler-dist/cli.js') : undefined
  } catch {
    return undefined
  }
}

/** Makes the same place, with the binaries too, wherever a registry answers. */
function commandFor(folder: string): string {
  return `npm install --ignore-scripts --prefix ${JSON.stringify(folder)} wrangler@${VERSION}`
}
