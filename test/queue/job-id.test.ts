import { describe, expect, it } from 'vitest'
import { nextJobId } from '../../src/queue/job-id.ts'

describe('nextJobId', () => {
  it('gives UUIDs of version 7 that only grow, also within one millisecond and when the clock goes back', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => nextJobId(1_800_000_000_000 - Math.floor(index / 5_000)))
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    )
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true)
  })
})
