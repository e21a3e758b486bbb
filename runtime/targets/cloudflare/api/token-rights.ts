import { ApiRefusal } from './api-failure.ts'
import type { ApiRequest, CloudflareApi } from './cloudflare-api.ts'
import { queryEvents } from './telemetry.ts'

/** A right of a token, and something that can be read with it alone. */
interface Right {
  readonly name: string
  readonly purpose: string
  read(api: CloudflareApi, accountId: string, signal: AbortSignal): Promise<unknown>
}

const get =
  (path: string): Right['read'] =>
  (api, accountId, signal) => {
    const request: ApiRequest = { path: `/accounts/${accountId}${path}`, action: 'read what deploys need' }
    return api.send(request, signal)
  }

const RIGHTS: readonly Right[] = [
  { name: 'Workers Scripts: Edit', purpose: 'every deploy', read: get('/workers/scripts') },
  {
    name: 'Workers Observability: Edit',
    purpose: 'logs',
    read(api, accountId, signal) {
      const [from, to] = [new Date(0), new Date(1)]
      return queryEvents(api, { accountId, worker: 'mcpwright', from, to, limit: 1 }, signal)
    },
  },
  { name: 'D1: Edit', purpose: 'servers that keep something', read: get('/d1/database?per_page=10') },
  {
    name: 'Workers KV Storage: Edit',
    purpose: 'servers that log in at an API, and logins',
    read: get('/storage/kv/namespaces?per_page=10'),
  },
]

/**
 * The rights of deploys that a token has not, each as `"D1: Edit" (servers that keep something)`. One that may only read
 * where it should change is not told: Cloudflare shows that to nobody but who may manage tokens.
 */
export async function lackingRights(
  api: CloudflareApi,
  accountId: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lacking = await Promise.all(
    RIGHTS.map(async ({ name, purpose, read }) => {
      try {
        await read(api, accountId, signal)
        return []
      } catch (error) {
        // What was refused for another reason, or not answered, says nothing of rights.
        return error instanceof ApiRefusal && error.code === 'TARGET_FORBIDDEN' ? [`"${name}" (${purpose})`] : []
      }
    }),
  )
  return lacking.flat()
}
