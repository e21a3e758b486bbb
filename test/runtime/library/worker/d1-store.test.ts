import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../../runtime/library/server/memory-store.ts'
import type { KeyValueStore } from '../../../../runtime/library/tool-context.ts'
import { d1Store } from '../../../../runtime/library/worker/d1-store.ts'
import { sqliteD1 } from '../../../fixtures/sqlite-d1.ts'

const STORES: Record<string, () => KeyValueStore> = { D1: () => d1Store(sqliteD1()), memory: memoryStore }

describe.each(Object.entries(STORES))('a store in %s', (_, open) => {
  it('gives what was set, and null for nothing', async () => {
    const store = open()
    expect(await store.get('a')).toBeNull()
    await store.set('a', { n: [1, null, 'ü'] })
    expect(await store.get('a')).toEqual({ n: [1, null, 'ü'] })
    await store.set('a', undefined)
    expect(await store.get('a')).toBeNull()
    await store.delete('a')
    expect(await store.list()).toEqual([])
  })

  it('lists keys by how they begin, whatever they hold', async () => {
    const store = open()
    for (const key of ['b', 'a/%', 'a/_', 'a', 'A/', 'a/😀', `a/'; DROP TABLE mcp_values; --`])
      await store.set(key, key)
    expect(await store.list('a/')).toEqual(['a/%', `a/'; DROP TABLE mcp_values; --`, 'a/_', 'a/😀'])
    expect(await store.list('a/%')).toEqual(['a/%'])
    expect((await store.list()).length).toBe(7)
  })

  it('changes a value only while it is the expected one', async () => {
    const store = open()
    expect(await store.compareAndSet('a', { n: 1 }, 2)).toBe(false)
    expect(await store.compareAndSet('a', null, { n: 1 })).toBe(true)
    expect(await store.compareAndSet('a', null, 'other')).toBe(false)
    expect(await store.compareAndSet('a', { n: 1 }, null)).toBe(true)
    expect(await store.compareAndSet('a', null, 'again')).toBe(true)
    expect(await store.get('a')).toBe('again')
  })

  it('loses no count of calls that come together', async () => {
    const store = open()
    const count = async () => {
      for (;;) {
        const seen = (await store.get('count')) as number | null
        if (await store.compareAndSet('count', seen, (seen ?? 0) + 1)) return
      }
    }
    await Promise.all(Array.from({ length: 20 }, count))
    expect(await store.get('count')).toBe(20)
  })

  it('gives entries page by page', async () => {
    const store = open()
    for (const n of [3, 1, 2]) await store.set(`k${n}`, n)
    await store.set('other', 0)
    expect(await store.entries('k', { limit: 2 })).toEqual([
      { key: 'k1', value: 1 },
      { key: 'k2', value: 2 },
    ])
    expect(await store.entries('k', { after: 'k2' })).toEqual([{ key: 'k3', value: 3 }])
  })
})

it('a store in D1 lists more keys than it reads in one go', async () => {
  const store = d1Store(sqliteD1())
  const keys = Array.from({ length: 2_001 }, (_, n) => `k${String(n).padStart(5, '0')}`)
  for (const key of keys) await store.set(key, 0)
  expect(await store.list('k')).toEqual(keys)
})
