import type { KvNamespace } from '../platform.ts'

/** https://developers.cloudflare.com/kv/platform/limits/ */
const KEY_BYTES = 512

/** Keys are made of what callers send: one that is too long to be there is not there, and no fault of the server. */
export function boundedKeys(namespace: KvNamespace): KvNamespace {
  return new Proxy(namespace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const call: (...values: unknown[]) => unknown = member.bind(target)
      if (name !== 'get') return call
      return (key: string, ...more: unknown[]) => (isPossible(key) ? call(key, ...more) : Promise.resolve(null))
    },
  })
}

function isPossible(key: string): boolean {
  return new TextEncoder().encode(key).length <= KEY_BYTES
}
