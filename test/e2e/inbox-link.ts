import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import type { TestHome } from './test-home.ts'

/** A link to all that waits, as `mcpwright inbox` gets it. */
export async function inboxLink({ folder }: TestHome): Promise<string> {
  const daemon = readDaemonRecord(folder)
  const response = await fetch(`http://127.0.0.1:${daemon?.port}/control/inbox/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  return ((await response.json()) as { link: string }).link
}
