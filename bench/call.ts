import type { Client } from '@modelcontextprotocol/client'

/** Calls a meta tool. @throws Error with its text when it says that it failed */
export async function call(client: Client, name: string, input: Readonly<Record<string, unknown>>): Promise<void> {
  const { isError, content } = await client.callTool({ name, arguments: { ...input } }, { timeout: 60_000 })
  if (isError) throw new Error(`${name} failed: ${JSON.stringify(content)}`)
}
