import type { KeyValueStore } from '../../../../../runtime/library/tool-context.ts'

/** A result that one tool keeps for another: its id travels through the conversation, and its bulk does not. */
interface Handed {
  /** Milliseconds since 1970. */
  readonly expires_at: number
  readonly value: unknown
}

const PREFIX = 'result/'
const KEPT_MS = 60 * 60_000

/** @returns the id to hand on; it counts for an hour */
export async function handOver(store: KeyValueStore, value: unknown): Promise<string> {
  await forgetExpired(store)
  const id = crypto.randomUUID().slice(0, 8)
  await store.set(PREFIX + id, { expires_at: Date.now() + KEPT_MS, value } satisfies Handed)
  return id
}

/** @throws Error when there is no such result, or no more */
export async function takeOver(store: KeyValueStore, id: string): Promise<unknown> {
  const handed = (await store.get(PREFIX + id)) as Handed | null | undefined
  if (handed && handed.expires_at > Date.now()) return handed.value
  throw new Error(`There is no result "${id}", or no more: results count for an hour. Find the passages again.`)
}

async function forgetExpired(store: KeyValueStore): Promise<void> {
  const entries = await store.entries(PREFIX, { limit: 50 })
  const expired = entries.filter(({ value }) => (value as Handed).expires_at <= Date.now())
  await Promise.all(expired.slice(0, 20).map(({ key }) => store.delete(key)))
}
