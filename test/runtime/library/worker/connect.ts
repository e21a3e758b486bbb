import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/** `modern` is 2026-07-28, `legacy` what came before. */
export type Era = 'modern' | 'legacy'

export async function connect(
  base: string,
  era: Era,
  headers: Readonly<Record<string, string>> = { authorization: 'Bearer open-sesame' },
  capabilities: object = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities, ...(era === 'modern' && { versionNegotiation: { mode: 'auto' } }) },
  )
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', base), { requestInit: { headers: { ...headers } } }),
  )
  return client
}

/** The text of a tool's result; of a failed one too. */
export async function callText(client: Client, name: string, text = ''): Promise<string> {
  const { content } = await client.callTool({ name, arguments: { text } })
  const [first] = content as readonly { readonly text?: string }[]
  return first?.text ?? ''
}
