import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'

/** Without a slash at the end. Its host is among the hosts of `run_due_schedules`. */
const baseUrl = 'https://www.example.com'

const TIMEOUT_MS = 10_000

/** @returns `changed` is absent at the first look */
export async function checkPage(
  path: string,
  { fetch, store, signal }: Pick<ToolContext, 'fetch' | 'store' | 'signal'>,
): Promise<{ readonly status: number; readonly changed?: boolean }> {
  const response = await fetch(`${baseUrl}/${path.replace(/^\/+/, '')}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  const digest = await digestOf(await response.arrayBuffer())
  const key = `page/${path}`
  const before = await store.get(key)
  await store.set(key, digest)
  return { status: response.status, ...(typeof before === 'string' && { changed: before !== digest }) }
}

/** SHA-256 in hex. */
async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
