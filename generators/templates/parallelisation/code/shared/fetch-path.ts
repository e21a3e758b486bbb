import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { baseUrl } from './api.ts'

export interface Fetched {
  readonly status: number
  /** JSON where it is that, else text; cut after 5,000 characters. */
  readonly body: unknown
}

const TIMEOUT_MS = 5_000
const CHARACTERS = 5_000

/** @throws Error when the answer is no success, or does not come in five seconds */
export async function fetchPath(
  path: string,
  { fetch, signal }: Pick<ToolContext, 'fetch' | 'signal'>,
): Promise<Fetched> {
  const response = await fetch(`${baseUrl}/${path.replace(/^\/+/, '')}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`It answered ${response.status}: ${text.slice(0, 200)}`)
  return { status: response.status, body: readBody(text) }
}

function readBody(text: string): unknown {
  if (text.length > CHARACTERS) return `${text.slice(0, CHARACTERS)}…`
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
