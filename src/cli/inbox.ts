import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import type { DaemonRecord } from '../daemon/daemon-file.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ConfirmPolicy } from '../model/confirm-policy.ts'
import { readAnswer } from './read-answer.ts'

/** Prints what waits for the person, and a link to the page where it is answered. */
export async function showInbox(environment: NodeJS.ProcessEnv): Promise<void> {
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const found = await askDaemon(daemon, '/control/inbox', { timeoutMs: 20_000 })
  const { items } = readAnswer<{ items: readonly { request: string; requested_by: string }[] }>(found)
  if (items.length === 0) return console.log('Nothing is waiting for you.')
  for (const { request, requested_by: by } of items) console.log(`- ${request}, asked for by ${by}`)
  const minted = await askDaemon(daemon, '/control/inbox/link', { method: 'POST', timeoutMs: 20_000 })
  console.log(`Answer at ${readAnswer<{ link: string }>(minted).link}\nThe link works once, and for ten minutes.`)
}

/** A link to the inbox, which works once and for ten minutes; undefined while the database is not open. */
export async function mintInboxLink(daemon: DaemonRecord): Promise<string | undefined> {
  const minted = await askDaemon(daemon, '/control/inbox/link', { method: 'POST', timeoutMs: 20_000 })
  return minted?.status === 201 ? readAnswer<{ link: string }>(minted).link : undefined
}

/** Shows when calls ask a person first, or sets it: always, destructive or never. */
export async function confirmPolicy(policy: string | undefined, environment: NodeJS.ProcessEnv): Promise<void> {
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const set = policy === undefined ? {} : { method: 'PUT', body: policy }
  const answer = await askDaemon(daemon, '/control/inbox/policy', { ...set, timeoutMs: 20_000 })
  console.log(`Asked before: ${MEANINGS[readAnswer<{ policy: ConfirmPolicy }>(answer).policy]}`)
}

const MEANINGS: Readonly<Record<ConfirmPolicy, string>> = {
  always: 'whatever changes something (always)',
  destructive: 'what destroys something (destructive)',
  never: 'nothing (never)',
}
