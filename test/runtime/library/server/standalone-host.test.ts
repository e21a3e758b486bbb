import { afterEach, describe, expect, it, vi } from 'vitest'
import { standaloneHost } from '../../../../runtime/library/server/standalone-host.ts'

const DAY_MS = 86_400_000

afterEach(() => void vi.useRealTimers())

describe('a call that a project schedules', () => {
  it.each([1, 24, 30])('is made after %i days, neither before nor twice', async (days) => {
    vi.useFakeTimers()
    const ring = vi.fn<(input: unknown) => void>()
    const host = standaloneHost({ env: {}, code: { tools: { ring }, resources: {}, prompts: {} } })
    await host.schedule('ring', { days }, days * DAY_MS)
    await vi.advanceTimersByTimeAsync(days * DAY_MS - 1)
    expect(ring).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ring.mock.calls.map(([input]) => input)).toEqual([{ days }])
    await vi.advanceTimersByTimeAsync(60 * DAY_MS)
    expect(ring).toHaveBeenCalledTimes(1)
  })
})
