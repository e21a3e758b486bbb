import { describe, expect, it } from 'vitest'
import type { OpenAccount } from '../../../../runtime/targets/cloudflare/open-account.ts'
import { readLogs } from '../../../../runtime/targets/cloudflare/read-logs.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const signal = new AbortController().signal
const at = new Date(NOW.getTime() - 1_000)

/** An account whose Worker has logged these texts at one moment: its time stands still while it computes. */
function logged(...texts: readonly string[]): OpenAccount {
  const events = texts.map((message, index) => ({
    timestamp: at.getTime(),
    source: { level: 'info', message },
    $metadata: { id: String(index), level: 'info', message, type: 'cf-worker' },
  }))
  // The newest first, as the platform answers; nothing else is asked of it here.
  const api = { send: async () => ({ events: { events: events.toReversed() } }) }
  return { api, worker: { accountId: 'a', name: 'desk' } } as unknown as OpenAccount
}

describe('the lines of one call', () => {
  it('are shown in the order they were written, also where they have one time', async () => {
    const { lines } = await readLogs(logged('first', 'second', 'third'), { limit: 10 }, [], NOW, signal)
    expect(lines.map(({ message }) => message)).toEqual(['first', 'second', 'third'])
  })

  it('stand before those that only a live tail has heard', async () => {
    const live = ['second', 'third'].map((message) => ({ at, level: 'info' as const, message }))
    const { lines } = await readLogs(logged('first', 'second'), { limit: 10 }, live, NOW, signal)
    expect(lines.map(({ message }) => message)).toEqual(['first', 'second', 'third'])
  })
})
