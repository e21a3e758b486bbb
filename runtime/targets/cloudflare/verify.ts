import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { TrialCall } from './target-options.ts'

export interface Verified {
  /** Of the server, without a path. */
  readonly url: string
  /** Sends what chooses and opens the version. */
  readonly fetch: typeof fetch
  readonly call: TrialCall | undefined
}

const CALL_MS = 30_000

/**
 * Talks to a version as clients of both eras would: initialize, tools/list and one call without effects; then without
 * a session.
 * @throws MetaError DEPLOYMENT_FAILED that says at which step and with what
 */
export async function verify(verified: Verified, signal: AbortSignal): Promise<void> {
  await visit(verified, 'initialize', signal)
  await visit({ ...verified, call: undefined }, 'server/discover', signal)
}

async function visit(
  { url, fetch: send, call }: Verified,
  greeting: 'initialize' | 'server/discover',
  signal: AbortSignal,
): Promise<void> {
  const mode = greeting === 'initialize' ? 'legacy' : 'auto'
  const client = new Client({ name: 'mcpwright', version: '1' }, { versionNegotiation: { mode } })
  const options = { signal, timeout: CALL_MS }
  const endpoint = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { fetch: send })
  try {
    await step(greeting, signal, () => client.connect(endpoint, options))
    if (!client.getServerCapabilities()?.tools) return
    await step('tools/list', signal, () => client.listTools({}, options))
    if (call) await step(`the call of "${call.tool}"`, signal, () => tryCall(client, call, options))
  } finally {
    // A session that stays open ends by itself.
    if (endpoint.sessionId !== undefined) await endpoint.terminateSession().catch(() => {})
    await client.close().catch(() => {})
  }
}

async function tryCall(
  client: Client,
  { tool, input }: TrialCall,
  options: { signal: AbortSignal; timeout: number },
): Promise<void> {
  const { isError, content } = await client.callTool({ name: tool, arguments: { ...input } }, options)
  if (!isError) return
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  throw new Error(texts.join(' ').slice(0, 500) || 'an error without words')
}

async function step(name: string, signal: AbortSignal, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    throw new MetaError(
      'DEPLOYMENT_FAILED',
      `The new version did not pass its trial at ${name}: ${reason.slice(0, 600)}`,
      'Mend what the message says, then deploy again.',
      { cause: error },
    )
  }
}
