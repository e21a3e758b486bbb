import { allowedFetch } from '../../../../runtime/library/allowed-fetch.ts'
import type { CodeRegistry } from '../../../../runtime/library/code.ts'
import { isInputNeeded } from '../../../../runtime/library/input-needed.ts'
import { callContext } from '../../../../runtime/library/server/call-context.ts'
import type { ServedCall } from '../../../../runtime/library/server/served-call.ts'
import { memoryStore } from '../../../../runtime/library/server/memory-store.ts'
import { standaloneHost } from '../../../../runtime/library/server/standalone-host.ts'
import type { KeyValueStore, LogLevel } from '../../../../runtime/library/tool-context.ts'
import type { BrokerNotice } from '../../../../runtime/library/wire.ts'
import type { HostCall, SeenCall } from './host.ts'

/**
 * Makes a call as a project does that was taken away: in Node, and in workerd. It stands in both.
 * @param store  where the place has one of its own
 */
export async function callStandalone(
  code: CodeRegistry,
  env: Readonly<Record<string, string | undefined>>,
  { tool, input, hosts, client, cancels }: HostCall,
  store: KeyValueStore = memoryStore(),
): Promise<SeenCall> {
  const host = standaloneHost({ env, code, store, fetch: allowedFetch(hosts, fetch) })
  const notices: BrokerNotice[] = []
  const abort = new AbortController()
  // The part of a request's context that code can reach.
  const request = {
    _meta: { progressToken: 1 },
    log: async (level: LogLevel, said: string | { message: string; details: unknown }) =>
      void notices.push({ kind: 'log', level, ...(typeof said === 'string' ? { message: said } : said) }),
    async notify({ params: { progress, total, message } }: ProgressNotification) {
      const more = { ...(total !== undefined && { total }), ...(message !== undefined && { message }) }
      notices.push({ kind: 'progress', done: progress, ...more })
      if (cancels) abort.abort()
    },
  } as unknown as ServedCall['request']
  const context = callContext({
    host,
    request,
    client,
    signal: abort.signal,
    background: () => void notices.push({ kind: 'background' }),
    notify: (change) => void notices.push({ kind: 'changed', change }),
  })
  const result = await resultOf(() => host.runCode({ kind: 'tool', name: tool }, input, context, client))
  const keys = await store.list()
  const stored = await Promise.all(keys.map(async (key) => [key, await store.get(key)] as const))
  return { result: cancels ? { kind: 'unheard' } : result, notices, stored: Object.fromEntries(stored) }
}

interface ProgressNotification {
  readonly params: { readonly progress: number; readonly total?: number; readonly message?: string }
}

async function resultOf(run: () => Promise<unknown>): Promise<SeenCall['result']> {
  try {
    const value = await run()
    return value === undefined ? { kind: 'value' } : { kind: 'value', value: JSON.parse(JSON.stringify(value)) }
  } catch (error) {
    if (isInputNeeded(error)) return { kind: 'input-needed', requests: error.requests }
    const { name, message } = error as Error
    return { kind: 'thrown', name, message }
  }
}
