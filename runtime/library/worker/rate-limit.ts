import type { WorkerBindings } from './bindings.ts'
import type { Caller } from './caller-guard.ts'

/**
 * Gives the refusal when a caller has called too often, as the binding counts.
 * RFC 6585, section 4 (429); https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export async function overLimit(
  { key }: Caller,
  { MCP_RATE_LIMIT: counter }: WorkerBindings,
): Promise<Response | undefined> {
  if (!counter) return undefined
  const { success } = await counter.limit({ key })
  if (success) return undefined
  // The binding counts over 10 or 60 seconds, and does not say which.
  const headers = { 'retry-after': '60' }
  return Response.json({ error: 'Too many requests. Wait a minute, then go on more slowly.' }, { status: 429, headers })
}
