import type { EntriesPage, KeyValueStore } from '../tool-context.ts'

/** Values that live as long as the process. */
export function memoryStore(): KeyValueStore {
  const values = new Map<string, string>()
  return {
    get: async (key) => JSON.parse(values.get(key) ?? 'null') as unknown,
    set: async (key, value) => void values.set(key, JSON.stringify(value ?? null)),
    delete: async (key) => void values.delete(key),
    list: async (prefix = '') => [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted(),
    compareAndSet: async (key, expected, value) => {
      if ((values.get(key) ?? 'null') !== JSON.stringify(expected ?? null)) return false
      values.set(key, JSON.stringify(value ?? null))
      return true
    },
    entries: async (prefix = '', page = {}) =>
      keysOfPage([...values.keys()], prefix, page).map((key) => ({ key, value: JSON.parse(values.get(key) ?? '') })),
  }
}

/** Which keys `KeyValueStore.entries` gives, in their order. */
export function keysOfPage(keys: readonly string[], prefix: string, page: EntriesPage): readonly string[] {
  const { after = '' } = page
  const found = keys.filter((key) => key.startsWith(prefix) && key > after)
  return found.toSorted().slice(0, entriesLimit(page))
}

/** How many entries a page has at most. */
export function entriesLimit({ limit = 100 }: EntriesPage): number {
  return Math.min(Math.max(1, Math.floor(limit) || 1), 1_000)
}
