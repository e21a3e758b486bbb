import type { CallContext } from '../call-context.ts'
import { type CodeRegistry, runCode } from '../code.ts'
import { askingClient, noClient } from '../input-needed.ts'
import type { KeyValueStore } from '../tool-context.ts'
import { toHex } from './digest.ts'
import { memoryStore } from './memory-store.ts'
import type { CallExternal, ServerHost } from './server-parts.ts'

export interface StandaloneOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly code: CodeRegistry
  readonly store?: KeyValueStore
  readonly fetch?: typeof fetch
  readonly certificateFetch?: CallContext['certificateFetch']
  readonly callExternal?: CallExternal
  /** Where timers do not outlive a call; else one rings in this process. */
  readonly schedule?: ServerHost['schedule']
  /** In place of REQUEST_STATE_KEY. */
  readonly stateKey?: string
  readonly publish?: ServerHost['publish']
}

/** A host that needs nothing but web APIs: code runs here, secrets are the values of `env`. */
export function standaloneHost({
  env,
  code,
  store = memoryStore(),
  fetch: send = fetch,
  certificateFetch,
  callExternal,
  schedule,
  stateKey = stateKeyOf(env),
  publish,
}: StandaloneOptions): ServerHost {
  const host: ServerHost = {
    fetch: (input, init) => send(input, init),
    ...(certificateFetch && { certificateFetch }),
    ...(callExternal && { callExternal }),
    ...(publish && { publish }),
    env,
    store,
    runCode: (item, input, context) => runCode(code, item, input, context),
    schedule: schedule ?? ring,
    sign: (secretName, data) => sign(env, secretName, data),
    stateKey,
    log: (level, message, details) => console.error(JSON.stringify({ level, message, details })),
  }
  function ring(tool: string, input: unknown, delayMs: number): Promise<void> {
    later(delayMs, () => void runScheduled(host, code, tool, input))
    return Promise.resolve()
  }
  return host
}

/** Timers count in 32 bits, and one that is longer would ring at once: it is made of several. */
function later(delayMs: number, run: () => void): void {
  const step = Math.min(delayMs, 2 ** 31 - 1)
  setTimeout(() => (delayMs > step ? later(delayMs - step, run) : run()), step)
}

/** Calls a tool with nobody behind the call; what fails is logged. */
export async function runScheduled(host: ServerHost, code: CodeRegistry, tool: string, input: unknown): Promise<void> {
  try {
    await runCode(code, { kind: 'tool', name: tool }, input, {
      ...host,
      ...askingClient(noClient),
      progress: () => {},
      notify: () => {},
      background: () => {},
      signal: AbortSignal.timeout(60_000),
    })
  } catch (error) {
    host.log('error', `The scheduled call of ${tool} failed`, { error: String(error) })
  }
}

/** Several processes that serve the same clients need the same key; one alone makes its own. */
function stateKeyOf({ REQUEST_STATE_KEY: given }: StandaloneOptions['env']): string {
  if (given === undefined || given === '') return `${crypto.randomUUID()}${crypto.randomUUID()}`
  if (given.length >= STATE_KEY_CHARACTERS) return given
  throw new Error(`REQUEST_STATE_KEY has ${given.length} characters; give at least ${STATE_KEY_CHARACTERS}.`)
}

export const STATE_KEY_CHARACTERS = 32

async function sign(env: StandaloneOptions['env'], secretName: string, data: string): Promise<string> {
  const secret = env[secretName]
  if (secret === undefined) throw new Error(`The secret ${secretName} is not set.`)
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(data))
  return toHex(new Uint8Array(signature))
}
