import {
  Client,
  type Progress,
  ProtocolError,
  SSEClientTransport,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import type { CallExternal } from '../server/server-parts.ts'
import { errorResult, type ToolResult } from '../tool-result.ts'
import type { ExternalConnection, ExternalParts, ExternalTool } from './external-parts.ts'
import { toolDigest } from './tool-digest.ts'

interface CallerOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch?: typeof fetch
  /** Where a connection belongs to the request that opened it, as in Workers: each call then has its own. */
  readonly perCall?: boolean
  /** A call that is silent for longer is given up. */
  readonly silentMs?: number
}

/**
 * Calls tools of connected servers from where this server runs: each is connected at its first call, over Streamable
 * HTTP of any revision or the older HTTP+SSE, and again after it was away. A tool that is no longer as it was allowed
 * is not called. Questions of theirs in the middle of a call are not passed on here.
 */
export function externalCaller({ connections }: ExternalParts, options: CallerOptions): CallExternal {
  const clients = new Map<string, Promise<Client>>()

  function clientFor(connection: ExternalConnection): Promise<Client> {
    if (options.perCall) return connect(connection, options)
    const known = clients.get(connection.name)
    if (known) return known
    const opening = connect(connection, options)
    clients.set(connection.name, opening)
    opening.catch(() => clients.delete(connection.name))
    return opening
  }

  async function forget({ name }: ExternalConnection, client: Client): Promise<void> {
    clients.delete(name)
    await client.close().catch(() => {})
  }

  /** A client with the tool's definition as it is now; a connection that has gone stale is opened once more. */
  async function find(connection: ExternalConnection, tool: ExternalTool, signal: AbortSignal) {
    for (let attempt = 1; ; attempt++) {
      const client = await clientFor(connection)
      try {
        const { tools } = await client.listTools({}, { signal, cacheMode: 'refresh' })
        return { client, found: tools.find(({ name }) => name === tool.tool) }
      } catch (error) {
        await forget(connection, client)
        if (attempt === 2 || signal.aborted) throw error
      }
    }
  }

  return async (tool, input, context) => {
    const connection = connections.find(({ name }) => name === tool.connection)
    if (!connection) throw new Error(`There is no connection "${tool.connection}".`)
    const { client, found } = await find(connection, tool, context.signal)
    try {
      if (!found) return errorResult(`TOOL_GONE: "${tool.tool}" is no longer at ${connection.url}.`)
      if ((await toolDigest(found)) !== tool.digest) return errorResult(changed(tool, connection))
      const call = { name: tool.tool, arguments: { ...input } }
      const result = await client
        .callTool(call, callOptions(context, options))
        .catch((error: unknown) => refusal(error, tool, connection))
      // The SDK's result type and ours are one shape.
      return result as ToolResult
    } finally {
      if (options.perCall) await forget(connection, client)
    }
  }
}

function callOptions({ signal, progress }: Parameters<CallExternal>[2], { silentMs = 120_000 }: CallerOptions) {
  return {
    signal,
    timeout: silentMs,
    resetTimeoutOnProgress: true,
    onprogress: ({ progress: done, total, message }: Progress) => progress(done, total, message),
  }
}

/** An error of that server's is for the model to read; it is none of this server's protocol. */
function refusal(error: unknown, { tool }: ExternalTool, { url }: ExternalConnection): ToolResult {
  if (!(error instanceof ProtocolError)) throw error
  return errorResult(`TOOL_FAILED: "${tool}" at ${url} answered with error ${error.code}: ${error.message}`)
}

function changed({ tool }: ExternalTool, { url }: ExternalConnection): string {
  return `TOOL_CHANGED: "${tool}" at ${url} is described in another way than was allowed, and was not called. Look at it, and write this server anew when it is right.`
}

async function connect(connection: ExternalConnection, options: CallerOptions): Promise<Client> {
  if (connection.transport === 'sse') return open(new SSEClientTransport(...placeOf(connection, options)))
  try {
    return await open(new StreamableHTTPClientTransport(...placeOf(connection, options)))
  } catch (error) {
    const isOlder = error instanceof SdkHttpError && [400, 404, 405].includes(error.status ?? 0)
    if (connection.transport !== 'auto' || !isOlder) throw error
    // 2026-07-28: basic/transports/streamable-http, Backward Compatibility (HTTP+SSE)
    return open(new SSEClientTransport(...placeOf(connection, options)))
  }
}

/** Redirects would carry the token to wherever they lead; followed by nobody, they fail. Workers know no 'error'. */
function placeOf({ url, token }: ExternalConnection, { env, fetch: send = fetch }: CallerOptions) {
  const value = token === undefined ? undefined : env[token]
  const headers = { ...(value && { authorization: `Bearer ${value}` }) }
  return [
    new URL(url),
    {
      requestInit: { headers },
      fetch: (input: string | URL, init?: RequestInit) => send(input, { ...init, redirect: 'manual' }),
    },
  ] as const
}

async function open(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'mcp-server', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transport)
  return client
}
