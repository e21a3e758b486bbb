import { beforeEach, describe, expect, it } from 'vitest'
import { createPendingLogins, type PendingLogins } from '../../src/inbox/pending-logins.ts'

const LIFE_MS = 600_000
let clock: number
let logins: PendingLogins<string>

beforeEach(() => {
  clock = 1_000
  logins = createPendingLogins(LIFE_MS, () => clock)
})

describe('logins whose person is away', () => {
  it('end once, each with its own state', () => {
    const [first, second] = [logins.begin('first'), logins.begin('second')]
    expect(logins.finish(second.state, second.browserToken)).toBe('second')
    expect(logins.finish(second.state, second.browserToken)).toBeUndefined()
    expect(logins.finish(first.state, first.browserToken)).toBe('first')
  })

  it('end in no other browser, and that try uses the state up', () => {
    const [mine, theirs] = [logins.begin('mine'), logins.begin('theirs')]
    expect(logins.finish(mine.state, theirs.browserToken)).toBeUndefined()
    expect(logins.finish(mine.state, mine.browserToken)).toBeUndefined()
    expect(logins.finish('', theirs.browserToken)).toBeUndefined()
  })

  it('are forgotten after their time', () => {
    const { state, browserToken } = logins.begin('slow')
    clock += LIFE_MS
    expect(logins.finish(state, browserToken)).toBeUndefined()
  })
})
