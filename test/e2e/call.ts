import type { Client } from '@modelcontextprotocol/client'
import { holdToOutputSchema } from '../contracts/output-schema.ts'

export interface Called {
  readonly isError: boolean
  readonly text: string
  // What a tool's answer holds is what the test is about.
  readonly data: Record<string, unknown>
  readonly error: { readonly code: string; readonly message: string; readonly fix: string; readonly next?: unknown }
}

/**
 * Calls a meta tool; `error` is what its error result holds. A deploy is asked for again until it has ended.
 * @throws Error when an answer does not fit the tool's own output schema
 */
export async function call(client: Client, name: string, input: Record<string, unknown> = {}): Promise<Called> {
  const called = await callOnce(client, name, input)
  // On a busy machine the answer comes before the end; who repeats the call goes on waiting for the same job.
  const goesOn = name === 'deploy' && called.data['status'] === 'running' && called.data['job'] !== undefined
  return goesOn ? await call(client, name, input) : called
}

async function callOnce(client: Client, name: string, input: Record<string, unknown>): Promise<Called> {
  const result = await client.callTool({ name, arguments: input }, { timeout: 60_000 })
  const [block] = result.content
  const data: Called['data'] & { error?: Called['error'] } = { ...Object(result.structuredContent) }
  if (!result.isError) holdToOutputSchema(name, data)
  return {
    isError: result.isError === true,
    text: block?.type === 'text' ? block.text : '',
    data,
    error: data.error ?? { code: '', message: '', fix: '' },
  }
}

/** Calls what destroys something, and says yes for the person: with the token that the first answer gives. */
export async function callConfirmed(
  client: Client,
  name: string,
  input: Record<string, unknown> = {},
): Promise<Called> {
  const asked = await call(client, name, input)
  const { next }: { next?: { tool: string; arguments: Record<string, unknown> } } = { ...Object(asked.error) }
  if (asked.error.code !== 'CONFIRMATION_NEEDED' || !next) return asked
  return call(client, next.tool, next.arguments)
}
