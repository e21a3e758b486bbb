import { afterAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import { ESCAPES, LIMIT_ATTACKS, NATIVE_ATTACKS } from './attack-programs.ts'
import { fakeBroker, LIMITS, runBody } from './running.ts'

const sandbox = createSandbox({ limits: LIMITS, runners: 2, idleMs: 10_000 })
afterAll(() => sandbox.close())

/** Wall time of a run at the very most: the limit, the backstop behind it, and a slow machine. */
const LONGEST_MS = LIMITS.wallMs + 3_000

const broker = fakeBroker({
  fetch: () => Promise.reject(new Error('closed')),
  store: () => 'kept',
  schedule: () => new Promise(() => {}),
})

describe.concurrent('an attack on a limit', () => {
  it.each(Object.entries(LIMIT_ATTACKS))('ends there, and the next call works: %s', async (_name, { limit, body }) => {
    // Collecting garbage costs CPU time too.
    const limits = limit === 'memoryMiB' ? { cpuMs: 5_000, wallMs: 6_000 } : {}
    const { result, ms } = await runBody(sandbox, body, { broker, limits })
    const next = await runBody(sandbox, 'return 1')
    expect(result).toMatchObject({ kind: 'limit', limit, allowed: LIMITS[limit] })
    expect(ms).toBeLessThan(LONGEST_MS)
    expect(next.result).toEqual({ kind: 'value', value: 1 })
  })
})

describe.concurrent('an attack by native code', () => {
  it.each(Object.entries(NATIVE_ATTACKS))('ends in time, and the next call works: %s', async (_name, body) => {
    const { result, ms } = await runBody(sandbox, body, { broker })
    const next = await runBody(sandbox, 'return 1')
    expect(['limit', 'thrown', 'value']).toContain(result.kind)
    expect(result).not.toMatchObject({ name: 'RunnerEnded' })
    expect(ms).toBeLessThan(LONGEST_MS)
    expect(next.result).toEqual({ kind: 'value', value: 1 })
  })
})

describe('an attempt to get out', () => {
  it.each(Object.entries(ESCAPES))('finds nothing, and the next call works: %s', async (_name, body) => {
    const { result } = await runBody(sandbox, body, { broker })
    const next = await runBody(sandbox, 'return [1, new URL("https://a.b/c").pathname, JSON.stringify({ a: [1] })]')
    expect(result).toEqual({ kind: 'value', value: 'safe' })
    expect(next.result).toEqual({ kind: 'value', value: [1, '/c', '{"a":[1]}'] })
  })
})
