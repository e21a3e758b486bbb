import { describe, expect, it } from 'vitest'
import { d1Store } from '../../../../runtime/library/worker/d1-store.ts'
import { putOff, runDue } from '../../../../runtime/library/worker/put-off.ts'
import { sqliteD1 } from '../../../fixtures/sqlite-d1.ts'

function setUp() {
  const time = { nowMs: 1_000_000 }
  const clock = { now: () => time.nowMs }
  const calls = d1Store(sqliteD1(), 'calls')
  const ran: unknown[] = []
  const run = async (tool: string, input: unknown) => void ran.push([tool, input])
  return { time, clock, calls, ran, run, schedule: putOff(calls, clock) }
}

describe('calls that were put off', () => {
  it('are run when they are due, in their order, and then forgotten', async () => {
    const { time, clock, calls, ran, run, schedule } = setUp()
    await schedule('second', { n: 2 }, 60_000)
    await schedule('first', { n: 1 }, 10)
    await runDue(calls, run, clock)
    expect(ran).toEqual([])
    time.nowMs += 60_000
    await runDue(calls, run, clock)
    expect(ran).toEqual([
      ['first', { n: 1 }],
      ['second', { n: 2 }],
    ])
    expect(await calls.list()).toEqual([])
  })

  it('are run once by two who look at the same time, however many they are', async () => {
    const { clock, calls, ran, run, schedule } = setUp()
    for (let n = 0; n < 25; n++) await schedule('job', n, 0)
    await Promise.all([runDue(calls, run, clock), runDue(calls, run, clock)])
    expect(ran.length).toBe(25)
    expect(new Set(ran.map((each) => JSON.stringify(each))).size).toBe(25)
  })

  it('are run again when whoever ran them died', async () => {
    const { time, clock, calls, ran, run, schedule } = setUp()
    await schedule('job', 1, 0)
    await expect(runDue(calls, die, clock)).rejects.toThrow('gone')
    await runDue(calls, run, clock)
    expect(ran).toEqual([])
    time.nowMs += 5 * 60_000 + 1
    await runDue(calls, run, clock)
    expect(ran).toEqual([['job', 1]])
  })

  it('are at most a hundred, of at most thirty days', async () => {
    const { schedule } = setUp()
    for (let n = 0; n < 100; n++) await schedule('job', n, 60_000)
    await expect(schedule('job', 100, 60_000)).rejects.toThrow('100 calls of this server wait already')
    const { schedule: other } = setUp()
    await expect(other('job', {}, 31 * 24 * 3_600_000)).rejects.toThrow('at most 30 days')
    await expect(other('job', 'x'.repeat(100_001), 0)).rejects.toThrow('100000 characters')
  })

  it('may put off others, themselves too', async () => {
    const { time, clock, calls, ran, schedule } = setUp()
    const again = async (tool: string) => {
      ran.push(tool)
      await schedule(tool, {}, 1_000)
    }
    await schedule('job', {}, 0)
    await runDue(calls, again, clock)
    time.nowMs += 1_000
    await runDue(calls, again, clock)
    expect(ran).toEqual(['job', 'job'])
  })
})

function die(): Promise<void> {
  return Promise.reject(new Error('The isolate is gone.'))
}
