import type { ServerHost } from '../library/server/server-parts.ts'
import type { KeyValueStore, StoreEntry, ToolContext } from '../library/tool-context.ts'
import type { ToolResult } from '../library/tool-result.ts'
import type { BrokerCall, BrokerNotice } from '../library/wire.ts'
import { brokerFetch, type BrokerConnection, connectBroker } from './ipc-channel.ts'

/**
 * The host of a server that runs behind the local bridge. It has no network, secrets or storage of its own and
 * evaluates no hand-written code: the broker in the daemon does all of it.
 */
export function brokerHost(): ServerHost {
  const broker = connectBroker()
  const call = (request: BrokerCall) => broker.call(request, {})
  return {
    fetch: brokerFetch(broker),
    certificateFetch: ({ certificate }) => brokerFetch(broker, certificate),
    env: placeholders(),
    saveCredential: async (name, value) => void (await call({ kind: 'save-credential', name, value })),
    store: brokerStore(broker),
    runCode: (item, input, context, client) =>
      broker.call(
        { kind: 'run', item, input, client },
        { signal: context.signal, onNotice: (notice) => passOn(notice, context) },
      ),
    callExternal: async ({ name }, input, { signal, progress }, client) => {
      const onNotice = (notice: BrokerNotice): void => {
        if (notice.kind === 'progress') progress(notice.done, notice.total, notice.message)
      }
      // The broker gives the connected server's own result.
      return (await broker.call({ kind: 'external', tool: name, input, client }, { signal, onNotice })) as ToolResult
    },
    schedule: async (tool, input, delayMs) => void (await call({ kind: 'schedule', tool, input, delayMs })),
    sign: async (secretName, data) => String(await call({ kind: 'sign', secretName, data })),
    stateKey: process.env.MCPWRIGHT_STATE_KEY ?? '',
    log: (level, message, details) => broker.notice({ kind: 'log', level, message, details }),
  }
}

/** The text that stands for a secret until the request leaves for the host the secret is bound to. */
function placeholders(): Readonly<Record<string, string | undefined>> {
  const named = new Set((process.env.MCPWRIGHT_SECRETS ?? '').split(',').filter(Boolean))
  return new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_, name) => (typeof name === 'string' && named.has(name) ? `{{secret:${name}}}` : undefined),
      has: (_, name) => typeof name === 'string' && named.has(name),
      ownKeys: () => [...named],
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === 'string' && named.has(name)
          ? { configurable: true, enumerable: true, value: `{{secret:${name}}}` }
          : undefined,
    },
  )
}

function brokerStore(broker: BrokerConnection): KeyValueStore {
  const call = (request: BrokerCall) => broker.call(request, {})
  return {
    get: (key) => call({ kind: 'store', action: 'get', key }),
    set: async (key, value) => void (await call({ kind: 'store', action: 'set', key, value })),
    delete: async (key) => void (await call({ kind: 'store', action: 'delete', key })),
    // The broker answers a list of keys.
    list: async (prefix = '') => (await call({ kind: 'store', action: 'list', key: prefix })) as readonly string[],
    compareAndSet: async (key, expected, value) =>
      (await call({ kind: 'store', action: 'compare-and-set', key, expected, value })) === true,
    // The broker answers keys with values.
    entries: async (prefix = '', page = {}) =>
      (await call({ kind: 'store', action: 'entries', key: prefix, page })) as readonly StoreEntry[],
  }
}

function passOn(notice: BrokerNotice, { progress, log, notify, background }: ToolContext): void {
  switch (notice.kind) {
    case 'progress':
      return progress(notice.done, notice.total, notice.message)
    case 'log':
      return log(notice.level, notice.message, notice.details)
    case 'changed':
      return notify(notice.change)
    case 'background':
      return background()
  }
}
