import { parseArgs } from 'node:util'
import { defaults } from '../config/defaults.ts'
import { isLoopback } from './bridge-guard.ts'
import { serveBridge, type ServeBridgeOptions } from './serve-bridge.ts'

export const BRIDGE_USAGE = `mcpwright bridge [options] -- command [arguments]

Serves a stdio MCP server over HTTP: Streamable HTTP at /mcp, HTTP+SSE at /sse, WebSocket at /mcp/stream,
and /health, /ready and /metrics.

  --port <number>       0, the default, takes a free one
  --host <address>      to listen on (127.0.0.1); any other needs a token
  --token <token>       that callers must send as "Authorization: Bearer <token>"; or set MCP_TOKEN
  --allow-host <name>   a name besides localhost that callers may use; may be repeated
  --shared              one process for all clients: for a server that speaks 2026-07-28
  --idle <minutes>      until an idle process is stopped (10); 0 keeps it`

/** What the command line asks for cannot be; the message says why. */
export class BridgeUsageError extends Error {
  override readonly name = 'BridgeUsageError'
}

/** `mcpwright bridge`: serves until it is told to stop. @throws BridgeUsageError */
export async function bridge(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  if (words[0] === '--help') return console.log(BRIDGE_USAGE)
  const options = readBridgeOptions(words, environment)
  const served = await serveBridge(options).catch((error: unknown) => {
    if (!isPortTaken(error)) throw error
    throw new BridgeUsageError(`Port ${options.port} is taken. Name another one, or 0 for any.`, { cause: error })
  })
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  console.error(`Listening on http://${host}:${served.port}/mcp`)
  const { promise: told, resolve: tell } = Promise.withResolvers<unknown>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, tell)
  await told
  await served.close()
}

/** @throws BridgeUsageError */
export function readBridgeOptions(
  words: readonly string[],
  { MCP_TOKEN, ...environment }: NodeJS.ProcessEnv,
): ServeBridgeOptions {
  const { values, positionals } = parse(words)
  const [program, ...rest] = positionals
  if (program === undefined) throw new BridgeUsageError('There is no command after "--".')
  const { host = '127.0.0.1', token = MCP_TOKEN, shared: isShared = false } = values
  if (!isLoopback(host) && !token) {
    throw new BridgeUsageError(`On "${host}" others can reach it: give it a --token, or set MCP_TOKEN.`)
  }
  const idleMs = numberOf('--idle', values.idle, defaults.bridge.idleMs / 60_000) * 60_000
  return {
    command: [program, ...rest],
    environment,
    host,
    port: numberOf('--port', values.port, 0),
    token: token === '' ? undefined : token,
    allowedHosts: values['allow-host'] ?? [],
    isShared,
    memoryMiB: defaults.child.memoryMiB,
    limits: { ...defaults.bridge, idleMs },
    onLog: (level, message) => console.error(`${level}: ${message}`),
  }
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        port: text,
        host: text,
        token: text,
        'allow-host': { ...text, multiple: true },
        shared: { type: 'boolean' },
        idle: text,
      },
    })
  } catch (error) {
    throw new BridgeUsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function numberOf(option: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new BridgeUsageError(`${option} is "${text}"; expected a whole number.`)
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
