import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import { startCommand } from '../../../supervisor/start-command.ts'
import type { NetworkSettings } from './wrangler-environment.ts'

/** How npm is run. */
export interface PackageRegistry {
  /** PATH, by which `npm` and its Node are found. */
  readonly searchPath: string
  /** The person's home: their `.npmrc` names their registry, and npm keeps its cache there. */
  readonly home: string
  readonly network: NetworkSettings
  /** Of the whole fetch. */
  readonly timeoutMs?: number
}

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
    const failure = await runNpm(making, registry, signal)
    if (failure !== undefined) throw missing(failure, byHand)
    await standInForBinaries(making, lock)
    await rename(making, folder).catch(orWasThere)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

const NPM_ARGS = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error']
/** npm's own wait before it asks again is ten seconds. */
const NPM_RETRIES = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000']

/** @returns why it failed */
async function runNpm(folder: string, registry: PackageRegistry, signal: AbortSignal): Promise<string | undefined> {
  const { searchPath, home, network, timeoutMs = 180_000 } = registry
  const env = {
    PATH: searchPath,
    HOME: home,
    USERPROFILE: home,
    HTTPS_PROXY: network.httpsProxy,
    HTTP_PROXY: network.httpProxy,
    NO_PROXY: network.noProxy,
    NODE_EXTRA_CA_CERTS: network.caFile,
  }
  const args = [...NPM_ARGS, ...NPM_RETRIES, '--prefix', folder]
  const child = await startCommand({ command: 'npm', args, env, memoryMiB: 1024 }).catch(wordsOf)
  if (typeof child === 'string') return `npm could not be started: ${child}.`
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const kill = () => void child.stop(0)
  limit.addEventListener('abort', kill)
  try {
    child.stdin.end()
    child.stdout.resume()
    if (limit.aborted) kill()
    const [complaints, { code }] = await Promise.all([readEnd(child.stderr), child.exited])
    signal.throwIfAborted()
    if (limit.aborted) return `npm did not end within ${timeoutMs / 1000} seconds.`
    return code === 0 ? undefined : `npm ended with ${String(code)}: ${complaints.trim()}`
  } finally {
    limit.removeEventListener('abort', kill)
    await child.stop(0)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function readEnd(stream: NodeJS.ReadableStream): Promise<string> {
  let end = ''
  stream.setEncoding('utf8')
  for await (const text of stream) end = (end + String(text)).slice(-1000)
  return end
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
