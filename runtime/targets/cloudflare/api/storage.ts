import { ApiRefusal } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'

/** One kind of storage that an account holds under names. */
export interface StorageKind {
  /** @returns its id; undefined: there is none of that name */
  find(api: CloudflareApi, accountId: string, name: string, signal: AbortSignal): Promise<string | undefined>
  /** @returns its id */
  make(api: CloudflareApi, accountId: string, name: string, signal: AbortSignal): Promise<string>
  /** With all that it holds. Safe to repeat. */
  remove(api: CloudflareApi, accountId: string, id: string, signal: AbortSignal): Promise<void>
}

export const database: StorageKind = {
  async find(api, accountId, name, signal) {
    const path = `/accounts/${accountId}/d1/database?name=${encodeURIComponent(name)}&per_page=100`
    const action = `look for the D1 database "${name}"`
    const listed = await api.send<readonly { uuid: string; name: string }[]>({ path, action }, signal)
    return listed.find((each) => each.name === name)?.uuid
  },
  async make(api, accountId, name, signal) {
    const path = `/accounts/${accountId}/d1/database`
    const action = `make the D1 database "${name}"`
    return (await api.send<{ uuid: string }>({ method: 'POST', path, body: { name }, action }, signal)).uuid
  },
  remove: (api, accountId, id, signal) =>
    removeStored(api, `/accounts/${accountId}/d1/database/${id}`, 'delete the D1 database', signal),
}

const PAGE = 100

export const namespace: StorageKind = {
  async find(api, accountId, name, signal) {
    for (let page = 1; ; page++) {
      const path = `/accounts/${accountId}/storage/kv/namespaces?per_page=${PAGE}&page=${page}`
      const action = `look for the KV namespace "${name}"`
      const listed = await api.send<readonly { id: string; title: string }[]>({ path, action }, signal)
      const found = listed.find(({ title }) => title === name)
      if (found || listed.length < PAGE) return found?.id
    }
  },
  async make(api, accountId, name, signal) {
    const path = `/accounts/${accountId}/storage/kv/namespaces`
    const action = `make the KV namespace "${name}"`
    return (await api.send<{ id: string }>({ method: 'POST', path, body: { title: name }, action }, signal)).id
  },
  remove: (api, accountId, id, signal) =>
    removeStored(api, `/accounts/${accountId}/storage/kv/namespaces/${id}`, 'delete the KV namespace', signal),
}

async function removeStored(api: CloudflareApi, path: string, action: string, signal: AbortSignal): Promise<void> {
  try {
    await api.send({ method: 'DELETE', path, action }, signal)
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.status === 404)) throw error
  }
}
