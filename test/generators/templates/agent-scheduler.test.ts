import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  nextTimes,
  type Recurrence,
  timesBetween,
} from '../../../generators/templates/agent-scheduler/code/shared/cron-times.ts'
import { findJob } from '../../../generators/templates/agent-scheduler/code/shared/jobs.ts'
import { runDue } from '../../../generators/templates/agent-scheduler/code/shared/run-due.ts'
import type { Schedule } from '../../../generators/templates/agent-scheduler/code/shared/schedule.ts'
import createSchedule from '../../../generators/templates/agent-scheduler/code/tools/create-schedule.ts'
import getSchedule from '../../../generators/templates/agent-scheduler/code/tools/get-schedule.ts'
import listSchedules from '../../../generators/templates/agent-scheduler/code/tools/list-schedules.ts'
import removeSchedule from '../../../generators/templates/agent-scheduler/code/tools/remove-schedule.ts'
import { templateContext, type TestContext } from './template-context.ts'

const HOUR_MS = 60 * 60_000
let context: TestContext

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-02T07:30:00Z') })
  context = templateContext()
})

afterEach(() => void vi.useRealTimers())

const hourly = (name: string, job = 'remind') =>
  createSchedule({ name, cron: '0 * * * *', job, input: { text: `${name} is due` } }, context)
const later = async (hours: number): Promise<Awaited<ReturnType<typeof runDue>>> => {
  vi.setSystemTime(Date.now() + hours * HOUR_MS)
  return runDue(new Date(), context)
}
const scheduleOf = async (name: string): Promise<Schedule> =>
  // The tool's own shape.
  ((await getSchedule({ name }, context)) as { readonly schedule: Schedule }).schedule

describe('a schedule', () => {
  it('runs when it is due, keeps what the job gave, and is put off until the next time', async () => {
    await hourly('tea')
    expect(context.scheduled).toEqual([{ tool: 'run_due_schedules', delayMs: HOUR_MS / 2 }])
    expect(await runDue(new Date(), context)).toEqual([])
    expect(await later(0.5)).toEqual([{ name: 'tea', missed: 0, ok: true }])
    expect(await scheduleOf('tea')).toMatchObject({
      next_run_at: '2026-03-02T09:00:00.000Z',
      runs: [{ due_at: '2026-03-02T08:00:00.000Z', missed: 0, result: { reminder: 'tea is due' } }],
    })
    expect(context.scheduled).toEqual([
      { tool: 'run_due_schedules', delayMs: HOUR_MS / 2 },
      { tool: 'run_due_schedules', delayMs: HOUR_MS },
    ])
  })

  it('is run once for all times that were missed, and says how many', async () => {
    await hourly('tea')
    expect(await later(4.5)).toEqual([{ name: 'tea', missed: 4, ok: true }])
    expect((await scheduleOf('tea')).runs).toMatchObject([{ due_at: '2026-03-02T12:00:00.000Z', missed: 4 }])
    expect(await later(0)).toEqual([])
  })

  it('is run at most once, however many calls come at the same time', async () => {
    await hourly('tea')
    vi.setSystemTime(Date.now() + HOUR_MS)
    const ran = await Promise.all([1, 2, 3, 4].map(() => runDue(new Date(), context)))
    expect(ran.flat()).toEqual([{ name: 'tea', missed: 0, ok: true }])
    expect((await scheduleOf('tea')).runs).toHaveLength(1)
  })

  it('keeps a run without an end when its process ended in the middle, and does not run it again', async () => {
    await hourly('watch', 'check_page')
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const hanging = (): Promise<Response> => {
      resolve()
      return new Promise(() => {})
    }
    vi.setSystemTime(Date.now() + HOUR_MS)
    await createSchedule({ name: 'page', cron: '0 * * * *', job: 'check_page', input: { path: '/' } }, context)
    vi.setSystemTime(Date.now() + HOUR_MS)
    void runDue(new Date(), { ...context, fetch: hanging })
    await begun
    const { runs } = await scheduleOf('page')
    expect(runs).toHaveLength(1)
    expect(runs[0]).not.toHaveProperty('ended_at')
    expect(await runDue(new Date(), context)).toEqual([])
    expect(context.scheduled.at(-1)).toMatchObject({ delayMs: HOUR_MS / 2 })
  })

  it('keeps why a job failed, and keeps no other from running', async () => {
    await createSchedule({ name: 'broken', cron: '0 * * * *', job: 'remind', input: {} }, context)
    await hourly('tea')
    expect(await later(1)).toEqual([
      { name: 'broken', missed: 0, ok: false },
      { name: 'tea', missed: 0, ok: true },
    ])
    expect((await scheduleOf('broken')).runs).toMatchObject([{ error: 'The job needs a text as input.text.' }])
  })

  it('that watches a page says when it has changed', async () => {
    const bodies = ['one', 'one', 'two']
    const watching = templateContext({ fetch: async () => new Response(bodies.shift()) })
    const said = async () => findJob('check_page').run({ path: '/news' }, watching)
    expect(await said()).toEqual({ status: 200 })
    expect(await said()).toEqual({ status: 200, changed: false })
    expect(await said()).toEqual({ status: 200, changed: true })
  })

  it('keeps ten runs, the newest first', async () => {
    await hourly('tea')
    for (let hour = 0; hour < 12; hour++) await later(1)
    const { runs } = await scheduleOf('tea')
    expect(runs).toHaveLength(10)
    expect(runs[0]?.due_at).toBe('2026-03-02T19:00:00.000Z')
  })

  it('that has gone is no longer waited for, and a chain that broke goes on with the next call', async () => {
    await hourly('tea')
    await hourly('cake')
    expect(context.scheduled).toHaveLength(1)
    await removeSchedule({ name: 'cake' }, context)
    // The call that was put off never comes.
    vi.setSystemTime(Date.now() + 48 * HOUR_MS)
    expect(await listSchedules({}, context)).toMatchObject({ schedules: [{ name: 'tea' }] })
    expect(context.scheduled.at(-1)).toEqual({ tool: 'run_due_schedules', delayMs: 0 })
  })

  it('is listed by pages', async () => {
    for (const name of ['a', 'b', 'c']) await hourly(name)
    expect(await listSchedules({ limit: 2 }, context)).toMatchObject({ next_cursor: 'b' })
    expect(await listSchedules({ limit: 2, cursor: 'b' }, context)).toMatchObject({ schedules: [{ name: 'c' }] })
  })
})

describe('times', () => {
  it('that the clock skips in spring come when it goes on, and those that come twice in autumn come once', () => {
    expect(texts(nextTimes(berlin('30 2 * * *'), new Date('2026-03-28T12:00:00Z'), 2))).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
    const autumn = timesBetween(
      berlin('30 2 * * *'),
      new Date('2026-10-24T12:00:00Z'),
      new Date('2026-10-25T12:00:00Z'),
    )
    expect(autumn).toHaveLength(1)
  })

  it('are refused with what is wrong: an expression, a zone, a day that never comes', () => {
    expect(() => next('61 * * * *')).toThrow('"61 * * * *" in "UTC" is no recurrence')
    expect(() => next('* * * * * *')).toThrow('Write it like')
    expect(() => next('0 8 * * *', 'Europe/Bielefeld')).toThrow('Bielefeld')
    expect(() => next('0 0 30 2 *')).toThrow('never comes')
  })
})

function next(cron: string, timezone = 'UTC'): readonly Date[] {
  return nextTimes({ cron, timezone }, new Date(), 1)
}

function berlin(cron: string): Recurrence {
  return { cron, timezone: 'Europe/Berlin' }
}

function texts(times: readonly Date[]): readonly string[] {
  return times.map((time) => time.toISOString())
}
