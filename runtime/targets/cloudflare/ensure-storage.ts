import type { CloudflareApi } from './api/cloudflare-api.ts'
import { database, namespace, type StorageKind } from './api/storage.ts'
import type { WorkerAddress } from './api/worker-address.ts'
import type { neededStorage } from './compose-config.ts'
import type { Journal } from './journal.ts'
import { databaseName, namespaceTitle } from './storage-names.ts'

/**
 * Makes D1 and KV where the project needs them and they are not there yet. What is made is noted before and after:
 * one of the same name that somebody else made is used, and never deleted.
 * @returns the ids of all that is needed
 */
export async function ensureStorage(
  api: CloudflareApi,
  { accountId, name }: WorkerAddress,
  needed: ReturnType<typeof neededStorage>,
  journal: Journal,
  signal: AbortSignal,
): Promise<{ readonly databaseId?: string; readonly namespaceId?: string }> {
  async function ensure(kind: StorageKind, title: string): Promise<{ readonly id: string; readonly isOwn: boolean }> {
    const found = await kind.find(api, accountId, title, signal)
    if (found !== undefined) return { id: found, isOwn: journal.state().makes === title }
    await journal.change({ makes: title })
    return { id: await makeOnce(kind, api, accountId, title, signal), isOwn: true }
  }

  const d1 = needed.database && (await ensure(database, databaseName(name)))
  if (d1 && d1.isOwn) await journal.change({ databaseId: d1.id })
  const kv = needed.namespace && (await ensure(namespace, namespaceTitle(name)))
  if (kv && kv.isOwn) await journal.change({ namespaceId: kv.id })
  return { ...(d1 && { databaseId: d1.id }), ...(kv && { namespaceId: kv.id }) }
}

/** @returns its id, also when the answer was cut off on its way back */
export async function makeOnce(
  kind: StorageKind,
  api: CloudflareApi,
  accountId: string,
  title: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await kind.make(api, accountId, title, signal)
  } catch (error) {
    signal.throwIfAborted()
    // The answer may have been cut off on its way back.
    const made = await kind.find(api, accountId, title, signal)
    if (made === undefined) throw error
    return made
  }
}
