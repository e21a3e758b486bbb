/**
 * The client that the official suite tests: an SDK client over the stdio of `connect`. What the suite sees on the
 * network is the work of `connect` alone. Run as `connect-client.ts <url>`.
 */
import path from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { lockLogin } from '../../bridge/connect/login/login-lock.ts'

/** What the suite tells a client beside the address. */
interface Context {
  readonly client_id?: string
  readonly client_secret?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[]
}

const url = process.argv.at(-1) ?? ''
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const version = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? '2025-11-25'
// The suite writes it.
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Context

// The suite starts all its clients in one moment; so that nobody else on the machine waits for them, four run at a time.
const slots = process.env['CONFORMANCE_SLOTS']
if (slots) await lockLogin(path.join(slots, String(process.pid % 4)), () => {}, new AbortController().signal)
const sdk = await import('@modelcontextprotocol/client')
const { startMachine } = await import('../bridge/connect/fixtures/remote-door.ts')

await useServer()
process.exit(0)

async function useServer(): Promise<void> {
  await using machine = await startMachine()
  const identity = {
    id: context.client_id,
    secret: context.client_secret,
    metadataUrl: 'https://conformance-test.local/client-metadata.json',
  }
  const client = createClient()
  // The SDK's type differs only in where undefined may stand.
  await client.connect(machine.open({ url, identity }) as unknown as Parameters<Client['connect']>[0])
  const { tools } = await client.listTools()
  if (scenario === 'json-schema-ref-no-deref' || scenario === 'request-metadata') return
  if (scenario === 'json-schema-2020-12-preservation') {
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema
    return void (await client.callTool({ name: 'json_schema_echo', arguments: { schema } }))
  }
  const calls = context.toolCalls ?? tools.map(({ name }) => ({ name, arguments: { a: 2, b: 3 } }))
  for (const call of calls) await client.callTool(call)
}

function createClient(): Client {
  const client = new sdk.Client(
    { name: 'conformance', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } }, roots: {}, sampling: {} },
      ...(version >= '2026' && { versionNegotiation: { mode: { pin: version } } }),
    },
  )
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: {} }))
  return client
}
