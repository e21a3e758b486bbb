import { existsSync } from 'node:fs'
import type { Child } from '../../../../bridge/serve/child.ts'
import { startCommand } from '../../../supervisor/start-command.ts'
import { findNpm, type NpmPlaces } from './find-npm.ts'
import type { NetworkSettings } from './wrangler-environment.ts'

/** How npm is run. */
export interface PackageRegistry extends NpmPlaces {
  /** The person's home: their `.npmrc` names their registry, and npm keeps its cache there. */
  readonly home: string
  readonly network: NetworkSettings
  /** Of the whole fetch. */
  readonly timeoutMs?: number
}

/** npm's own wait before it asks again is ten seconds. */
const RETRIES = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000']

/**
 * Runs npm to its end; it is killed at an abort and at the limit.
 * @returns why it failed
 * @throws the signal's reason
 */
export async function runNpm(
  args: readonly string[],
  registry: PackageRegistry,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { timeoutMs = 180_000 } = registry
  const child = await start([...args, ...RETRIES], registry)
  if (typeof child === 'string') return child
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

/** @returns why it could not be started, instead of it */
async function start(args: readonly string[], registry: PackageRegistry): Promise<Child | string> {
  const npm = findNpm(registry, process, existsSync)
  if ('lookedFor' in npm) return `there is no npm on this machine. It was looked for as ${npm.lookedFor.join(', ')}.`
  const [command, ...words] = npm.command
  const { searchPath, home, network } = registry
  const env = {
    PATH: searchPath,
    HOME: home,
    USERPROFILE: home,
    HTTPS_PROXY: network.httpsProxy,
    HTTP_PROXY: network.httpProxy,
    NO_PROXY: network.noProxy,
    NODE_EXTRA_CA_CERTS: network.caFile,
  }
  try {
    return await startCommand({ command, args: [...words, ...args], env, memoryMiB: 1024 })
  } catch (error) {
    return `npm could not be started: ${error instanceof Error ? error.message : String(error)}.`
  }
}

async function readEnd(stream: NodeJS.ReadableStream): Promise<string> {
  let end = ''
  stream.setEncoding('utf8')
  for await (const text of stream) end = (end + String(text)).slice(-1000)
  return end
}
