import { allowedFetch } from '../allowed-fetch.ts'
import { type CodeRegistry, runCode } from '../code.ts'
import type { LogLevel } from '../tool-context.ts'
import type { CallExternal, ServerHost, ServerParts } from '../server/server-parts.ts'
import { standaloneHost } from '../server/standalone-host.ts'
import { systemClock } from '../clock.ts'
import { OWN_BINDINGS, type WorkerBindings } from './bindings.ts'
import { d1Store } from './d1-store.ts'
import type { D1Database } from './platform.ts'
import { putOff } from './put-off.ts'
import { tokenCache } from './token-cache.ts'
import { stateKey } from './state-key.ts'

/** A server as it is put on Workers. */
export interface WorkerServer {
  readonly parts: ServerParts
  readonly code: CodeRegistry
  /** Sends what goes out; fetch when absent. */
  readonly fetch?: typeof fetch
  /** Calls tools of connected servers. */
  readonly external?: (host: Pick<ServerHost, 'env' | 'fetch'>) => CallExternal
  /** The tool that cron triggers call. */
  readonly tick?: string
}

/** Results of hand-written code that are longer are errors, in characters of JSON. */
const RESULT_CHARACTERS = 4 * 1024 * 1024

/**
 * The host of a server on Workers: its code runs here, its secrets are bindings, what it keeps lies in D1.
 * @param network  fetch without limits
 */
export async function workerHost(
  { parts, code, fetch: send, external }: WorkerServer,
  bindings: WorkerBindings,
  network: typeof fetch,
  publish: ServerHost['publish'],
): Promise<ServerHost> {
  const env = settingsOf(bindings)
  const limited = allowedFetch(parts.hosts ?? [], send ?? network)
  const secrets = parts.operations.credentials.map(({ name }) => env[name])
  const key = await stateKey(bindings, secrets)
  const host = standaloneHost({
    env,
    code,
    fetch: limited,
    schedule: bindings.MCP_STORE ? putOff(putOffCalls(bindings.MCP_STORE), systemClock) : nothingKept,
    ...(bindings.MCP_STORE && { store: d1Store(bindings.MCP_STORE) }),
    ...(external && { callExternal: external({ env, fetch: limited }) }),
    ...(key !== undefined && { stateKey: key }),
    ...(publish && { publish }),
  })
  return {
    ...host,
    ...(bindings.MCP_CACHE && { sharedTokens: tokenCache(bindings.MCP_CACHE, systemClock) }),
    runCode: async (item, input, context) => bounded(await runCode(code, item, input, context)),
    log,
  }
}

/** Calls that were put off, apart from what tools keep. */
export function putOffCalls(database: D1Database) {
  return d1Store(database, 'mcp_put_off')
}

/** What tools may see of the bindings: texts that are not the Worker's own. */
function settingsOf(bindings: object): Record<string, string> {
  const own: readonly string[] = OWN_BINDINGS
  return Object.fromEntries(
    Object.entries(bindings).filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string' && !own.includes(entry[0])
    }),
  )
}

/** The platform takes the level from the function, and the rest out of the JSON. */
function log(level: LogLevel, message: string, details?: unknown): void {
  const method = level === 'warning' ? 'warn' : level
  console[method](JSON.stringify({ level, message, details }))
}

function nothingKept(): Promise<never> {
  return Promise.reject(
    new Error('This Worker has no database, and so nothing can be put off. Bind a D1 database as MCP_STORE.'),
  )
}

function bounded(value: unknown): unknown {
  const characters = JSON.stringify(value)?.length ?? 0
  if (characters <= RESULT_CHARACTERS) return value
  throw new Error(
    `Its result has ${characters} characters; at most ${RESULT_CHARACTERS} are given. Return less, or in pages.`,
  )
}
