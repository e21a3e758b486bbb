import type { KeyValueStore } from '../library/tool-context.ts'
import type { BrokerCall } from '../library/wire.ts'

/** Does what code asked of its server's values. */
export function useStore(call: Extract<BrokerCall, { kind: 'store' }>, store: KeyValueStore): Promise<unknown> {
  switch (call.action) {
    case 'get':
      return store.get(call.key)
    case 'set':
      return store.set(call.key, call.value)
    case 'delete':
      return store.delete(call.key)
    case 'list':
      return store.list(call.key)
    case 'compare-and-set':
      return store.compareAndSet(call.key, call.expected, call.value)
    case 'entries':
      return store.entries(call.key, call.page)
  }
}
