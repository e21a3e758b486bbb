import type { Change, EntriesPage, LogLevel, ToolContext } from '../../library/tool-context.ts'
import type { AbortSignal } from './abort.ts'
import { callBroker, fetch } from './broker.ts'
import { writeLog } from './console.ts'
import { formatValues } from './format-value.ts'
import { tell } from './tell.ts'
import { toDomString } from './web-idl.ts'

export interface GuestContextParts {
  readonly env: Readonly<Record<string, string>>
  readonly asking: Pick<ToolContext, 'requestInput' | 'requestInputs' | 'client'>
  readonly signal: AbortSignal
}

/** What code is given besides its input: ToolContext of the runtime library, by way of the broker. */
export function createContext({ env, asking, signal }: GuestContextParts): object {
  return {
    fetch,
    env: Object.freeze({ ...env }),
    store: {
      get: (key: string) => callBroker({ kind: 'store', action: 'get', key }),
      set: async (key: string, value: unknown) => void (await callBroker({ kind: 'store', action: 'set', key, value })),
      delete: async (key: string) => void (await callBroker({ kind: 'store', action: 'delete', key })),
      list: (prefix = '') => callBroker({ kind: 'store', action: 'list', key: prefix }),
      compareAndSet: (key: string, expected: unknown, value: unknown) =>
        callBroker({ kind: 'store', action: 'compare-and-set', key, expected, value }),
      entries: (prefix = '', page: EntriesPage = {}) =>
        callBroker({ kind: 'store', action: 'entries', key: prefix, page }),
    },
    schedule: async (tool: string, input: unknown, delayMs: number) =>
      void (await callBroker({ kind: 'schedule', tool, input, delayMs })),
    progress: (done: number, total?: number, message?: string) =>
      tell({
        kind: 'progress',
        done,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      }),
    log(level: LogLevel, message: string, details?: unknown) {
      tell({ kind: 'log', level, message: toDomString(message), ...(details !== undefined && { details }) })
      writeLog(level, details === undefined ? toDomString(message) : formatValues([toDomString(message), details]))
    },
    ...asking,
    background: () => tell({ kind: 'background' }),
    notify: (change: Change) => tell({ kind: 'changed', change }),
    sign: (secretName: string, data: string) => callBroker({ kind: 'sign', secretName, data }),
    signal,
  }
}
