import { afterAll, describe, expect, it } from 'vitest'
import { residentLimitMiB } from '../../../runtime/sandbox/run-on-runner.ts'
import type { Sandbox } from '../../../runtime/sandbox/sandbox.ts'
import { ESCAPES, LIMIT_ATTACKS, NATIVE_ATTACKS } from './attack-programs.ts'
import { watchTurns } from './busy-turns.ts'
import { fakeBroker, LIMITS, runBody } from './running.ts'
import { openLane, type RunnerMemory } from './watched-lane.ts'

const lanes = [openLane('lane-1'), openLane('lane-2')]
const free = [...lanes]
const waiting: (() => void)[] = []
const turns = watchTurns()
const memories = new Map<string, RunnerMemory>()
afterAll(async () => {
  turns.stop()
  await Promise.all(lanes.map((lane) => lane.close()))
})

/** Gives the work a lane for itself, and notes the memory under the name. */
async function inLane<Value>(name: string, work: (sandbox: Sandbox) => Promise<Value>): Promise<Value> {
  while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  const lane = free.pop() ?? lanes[0]
  if (!lane) throw new Error('There is no lane.')
  try {
    const { value, memory } = await lane.watch(() => work(lane.sandbox))
    memories.set(name, memory)
    return value
  } finally {
    free.push(lane)
    waiting.shift()?.()
  }
}

/** Wall time of a run at the very most: the limit, the backstop behind it, and a slow machine. */
const LONGEST_MS = LIMITS.wallMs + 3_000
/** How far over its cap a runner may get before it is killed. */
const OVERSHOOT = 1.25
const LONGEST_TURN_MS = 100

const broker = fakeBroker({
  fetch: () => Promise.reject(new Error('closed')),
  store: () => 'kept',
  schedule: () => new Promise(() => {}),
})

describe.concurrent('an attack on a limit', () => {
  it.each(Object.entries(LIMIT_ATTACKS))('ends there, and the next call works: %s', async (name, { limit, body }) => {
    // Collecting garbage costs CPU time too.
    const limits = limit === 'memoryMiB' ? { memoryMiB: 32, cpuMs: 5_000, wallMs: 6_000 } : {}
    await inLane(name, async (sandbox) => {
      const { result, ms } = await runBody(sandbox, body, { broker, limits })
      const next = await runBody(sandbox, 'return 1')
      expect(result).toMatchObject({ kind: 'limit', limit, allowed: { ...LIMITS, ...limits }[limit] })
      expect(ms).toBeLessThan(LONGEST_MS)
      expect(next.result).toEqual({ kind: 'value', value: 1 })
    })
  })
})

describe.concurrent('an attack by native code', () => {
  it.each(Object.entries(NATIVE_ATTACKS))('ends in time, and the next call works: %s', async (name, body) => {
    await inLane(name, async (sandbox) => {
      const { result, ms } = await runBody(sandbox, body, { broker })
      const next = await runBody(sandbox, 'return 1')
      expect(['limit', 'thrown', 'value']).toContain(result.kind)
      expect(result).not.toMatchObject({ name: 'RunnerEnded' })
      expect(ms).toBeLessThan(LONGEST_MS)
      expect(next.result).toEqual({ kind: 'value', value: 1 })
    })
  })
})

describe.concurrent.each([
  ['in an isolate of its own', {}],
  ['in a warm isolate', { warmKey: 'attacked' }],
])('an attempt to get out, %s', (where, options) => {
  it.each(Object.entries(ESCAPES))('finds nothing, and the next call works: %s', async (name, body) => {
    const look = 'return [1, new URL("https://a.b/c").pathname, JSON.stringify({ a: [1] })]'
    const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: NOBODY } as const
    await inLane(`${name}, ${where}`, async (sandbox) => {
      const { result } = await runBody(sandbox, body, { broker, ...options, task })
      const next = await runBody(sandbox, look, options)
      expect(result).toEqual({ kind: 'value', value: 'safe' })
      expect(next.result).toEqual({ kind: 'value', value: [1, '/c', '{"a":[1]}'] })
    })
  })
})

const NOBODY = { answers: {}, abilities: { form: true, url: false, sampling: false, roots: true } }

describe('while all of them ran', () => {
  it.skipIf(process.platform !== 'linux')('no runner went over its cap of memory by more than a quarter', () => {
    const over = [...memories].filter(
      ([, { startMiB, peakMiB }]) => peakMiB > residentLimitMiB(startMiB, LIMITS.memoryMiB) * OVERSHOOT,
    )
    expect(memories.size).toBeGreaterThan(100)
    expect(over).toEqual([])
  })

  it('no turn of this event loop worked for 100 ms', () => {
    expect(turns.longestMs()).toBeLessThan(LONGEST_TURN_MS)
  })
})
