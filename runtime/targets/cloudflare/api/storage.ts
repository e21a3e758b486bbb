import { ApiRefusal } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'

export interface Stored {
  readonly id: string
  /** Made by this call; one that was found may be somebody else's. */
  readonly isNew: boolean
}

/** Finds the D1 database of that name, or makes it. */
export async function ensureDatabase(
  api: CloudflareApi,
  accountId: string,
  name: string,
  signal: AbortSignal,
): Promise<Stored> {
  const path = `/accounts/${accountId}/d1/database`
  const find = async (): Promise<string | undefined> => {
    const listed = await api.send<readonly { uuid: string; name: string }[]>(
      { path: `${path}?name=${encodeURIComponent(name)}&per_page=100`, action: `look for the D1 database "${name}"` },
      signal,
    )
    return listed.find((database) => database.name === name)?.uuid
  }
  const action = `make the D1 database "${name}"`
  const make = () => api.send<{ uuid: string }>({ method: 'POST', path, body: { name }, action }, signal)
  return findOrMake(find, async () => (await make()).uuid)
}

/** Finds the KV namespace of that title, or makes it. */
export async function ensureNamespace(
  api: CloudflareApi,
  accountId: string,
  title: string,
  signal: AbortSignal,
): Promise<Stored> {
  const path = `/accounts/${accountId}/storage/kv/namespaces`
  const find = async (): Promise<string | undefined> => {
    for (let page = 1; ; page++) {
      const listed = await api.send<readonly { id: string; title: string }[]>(
        { path: `${path}?per_page=100&page=${page}`, action: `look for the KV namespace "${title}"` },
        signal,
      )
      const found = listed.find((namespace) => namespace.title === title)
      if (found || listed.length < 100) return found?.id
    }
  }
  const action = `make the KV namespace "${title}"`
  const make = () => api.send<{ id: string }>({ method: 'POST', path, body: { title }, action }, signal)
  return findOrMake(find, async () => (await make()).id)
}

async function findOrMake(find: () => Promise<string | undefined>, make: () => Promise<string>): Promise<Stored> {
  const found = await find()
  if (found !== undefined) return { id: found, isNew: false }
  try {
    return { id: await make(), isNew: true }
  } catch (error) {
    // The answer may have been cut off on its way back.
    const made = await find()
    if (made !== undefined) return { id: made, isNew: true }
    throw error
  }
}

/** Safe to repeat. */
export function deleteDatabase(api: CloudflareApi, accountId: string, id: string, signal: AbortSignal): Promise<void> {
  return deleteStored(api, `/accounts/${accountId}/d1/database/${id}`, 'delete the D1 database', signal)
}

/** Safe to repeat. */
export function deleteNamespace(api: CloudflareApi, accountId: string, id: string, signal: AbortSignal): Promise<void> {
  return deleteStored(api, `/accounts/${accountId}/storage/kv/namespaces/${id}`, 'delete the KV namespace', signal)
}

async function deleteStored(api: CloudflareApi, path: string, action: string, signal: AbortSignal): Promise<void> {
  try {
    await api.send({ method: 'DELETE', path, action }, signal)
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.status === 404)) throw error
  }
}
