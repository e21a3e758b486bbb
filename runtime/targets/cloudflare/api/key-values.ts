import type { CloudflareApi } from './cloudflare-api.ts'

/** A KV namespace. */
export interface KeyValueAddress {
  readonly accountId: string
  readonly id: string
}

/** In the order of the keys; undefined where there is no value. At most 100. */
export async function readValues(
  api: CloudflareApi,
  address: KeyValueAddress,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  const { values } = await api.send<{ values: Readonly<Record<string, string | null>> }>(
    { method: 'POST', path: `${bulkPath(address)}/get`, body: { keys }, action: ACTION, repeatable: true },
    signal,
  )
  return keys.map((key) => values[key] ?? undefined)
}

/** A value that is there already is written over. */
export async function writeValues(
  api: CloudflareApi,
  address: KeyValueAddress,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const body = Object.entries(values).map(([key, value]) => ({ key, value }))
  await api.send({ method: 'PUT', path: bulkPath(address), body, action: ACTION }, signal)
}

/** Safe to repeat. */
export async function deleteValues(
  api: CloudflareApi,
  address: KeyValueAddress,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const request = { method: 'POST', path: `${bulkPath(address)}/delete`, body: keys, action: ACTION } as const
  await api.send({ ...request, repeatable: true }, signal)
}

const ACTION = 'keep in KV which script serves the server'

function bulkPath({ accountId, id }: KeyValueAddress): string {
  return `/accounts/${accountId}/storage/kv/namespaces/${id}/bulk`
}
