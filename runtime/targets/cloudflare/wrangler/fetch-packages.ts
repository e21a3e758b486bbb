import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type PackageRegistry, runNpm } from './run-npm.ts'

interface FetchOptions {
  /** Appears as a whole, or not at all. */
  readonly folder: string
  /** A package-lock.json. */
  readonly lock: Lock
  readonly registry: PackageRegistry
  /** What a person can do instead. */
  readonly byHand: string
  readonly signal: AbortSignal
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optionalDependencies?: object }>>
}

/** How the names of folders begin that are not whole; what a death leaves of them is for who owns the cache. */
export const UNFINISHED = 'unfinished-'

const NPM_CI = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error']

/**
 * `npm ci` of a lock file: every package by its hash, no scripts, and no binaries (wrangler's are for `dev`).
 * @throws MetaError TARGET_TOOL_MISSING; the signal's reason
 */
export async function fetchPackages({ folder, lock, registry, byHand, signal }: FetchOptions): Promise<void> {
  const parent = path.dirname(folder)
  await mkdir(parent, { recursive: true })
  const making = await mkdtemp(path.join(parent, UNFINISHED))
  try {
    await writeFile(path.join(making, 'package-lock.json'), JSON.stringify(lock))
    await writeFile(path.join(making, 'package.json'), JSON.stringify(lock.packages['']))
    const failure = await runNpm([...NPM_CI, '--prefix', making], registry, signal)
    if (failure !== undefined) throw missing(failure, byHand)
    await standInForBinaries(making, lock)
    await rename(making, folder).catch(orWasThere)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/**
 * miniflare, which wrangler loads, wants to know at once where its platform's workerd is, and never starts it to upload:
 * 130 MB less. What it finds is an empty file.
 */
async function standInForBinaries(folder: string, lock: Lock): Promise<void> {
  const workerd = lock.packages['node_modules/workerd']
  for (const [name, version] of Object.entries(workerd?.optionalDependencies ?? {})) {
    const bin = path.join(folder, 'node_modules', name, 'bin')
    await mkdir(bin, { recursive: true })
    await writeFile(path.join(bin, '..', 'package.json'), JSON.stringify({ name, version }))
    for (const file of ['workerd', 'workerd.exe']) await writeFile(path.join(bin, file), '')
  }
}

/** Another deploy has fetched the same meanwhile. */
function orWasThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}

function missing(reason: string, byHand: string): MetaError {
  return new MetaError(
    'TARGET_TOOL_MISSING',
    `wrangler could not be fetched from the npm registry: ${reason}`,
    `See that \`npm ping\` is answered on this machine, then deploy again; or fetch it by hand: ${byHand}`,
  )
}
