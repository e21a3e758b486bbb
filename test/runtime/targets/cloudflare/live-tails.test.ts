import { describe, expect, it } from 'vitest'
import { createLiveTails } from '../../../../runtime/targets/cloudflare/tail/live-tails.ts'
import { splitJson } from '../../../../runtime/targets/cloudflare/tail/split-json.ts'
import { traceLines } from '../../../../runtime/targets/cloudflare/tail/trace-lines.ts'
import type { Wrangler } from '../../../../runtime/targets/cloudflare/wrangler/wrangler.ts'

const access = { apiBaseUrl: 'https://api.example', token: 't', accountId: 'a' }
const trace = (message: string, timestamp = 2_000) =>
  JSON.stringify(
    {
      eventTimestamp: 1_000,
      event: { request: { method: 'GET', url: 'https://x/' } },
      logs: [{ message: [message], level: 'log', timestamp }],
    },
    null,
    4,
  )

/** Tails that the test speaks for. */
function speakers() {
  const open: { say(text: string): void; die(): void; isClosed: boolean }[] = []
  const tail: Wrangler['tail'] = async (_name, _access, onText) => {
    const { promise: ended, resolve: die } = Promise.withResolvers<void>()
    const speaker = { say: onText, die, isClosed: false }
    open.push(speaker)
    return {
      ended,
      async close() {
        speaker.isClosed = true
        die()
      },
    }
  }
  return { open, tail }
}

describe('objects in a stream', () => {
  it('are found however they are cut, and whatever is in their texts', () => {
    const whole = `noise ${trace('a } "b" { \\\\ c')}\n\n${trace('d')}`
    for (let size = 1; size < 40; size += 3) {
      const found: unknown[] = []
      const take = splitJson((text) => found.push(JSON.parse(text)))
      for (let at = 0; at < whole.length; at += size) take(whole.slice(at, at + size))
      expect(found).toEqual([JSON.parse(trace('a } "b" { \\\\ c')), JSON.parse(trace('d'))])
    }
  })

  it('that are too long are left out, and the next is found', () => {
    const found: string[] = []
    const take = splitJson((text) => found.push(text), 100)
    take(`{"a":"${'x'.repeat(500)}"}{"b":1}`)
    expect(found).toEqual(['{"b":1}'])
  })
})

const linesOf = (run: object) => traceLines(JSON.stringify({ eventTimestamp: 5, ...run })).map(({ message }) => message)

describe('lines of a run', () => {
  it('are its request, what it logged, and what it threw', () => {
    const text = JSON.stringify({
      eventTimestamp: 5,
      event: { cron: '* * * * *' },
      logs: [{ message: ['one', { two: 2 }], level: 'warn', timestamp: 6 }],
      exceptions: [{ name: 'TypeError', message: 'no', timestamp: 7 }],
    })
    expect(traceLines(text)).toEqual([
      { at: new Date(5), level: 'info', message: 'cron * * * * *' },
      { at: new Date(6), level: 'warning', message: 'one {"two":2}' },
      { at: new Date(7), level: 'error', message: 'TypeError: no' },
    ])
  })

  it('are a request with its path, its status and the time it took, as far as they are told', () => {
    const request = { method: 'POST', url: 'https://desk.acme.workers.dev/mcp?key=hidden', headers: {} }
    expect(linesOf({ event: { request, response: { status: 202 } }, wallTime: 12, cpuTime: 3, outcome: 'ok' })).toEqual(
      ['POST /mcp 202 (12 ms)'],
    )
    expect(linesOf({ event: { request, response: { status: 500 } } })).toEqual(['POST /mcp 500'])
    expect(linesOf({ event: { request }, wallTime: 0 })).toEqual(['POST /mcp (0 ms)'])
  })

  it('are none for what is no run', () => {
    expect(traceLines('{')).toEqual([])
    expect(traceLines('{}')).toEqual([])
  })
})

describe('a live tail', () => {
  it('is begun for who asks again, not for who asks once', async () => {
    const { open, tail } = speakers()
    let nowMs = 0
    const tails = createLiveTails({ tail }, { now: () => nowMs })
    tails.lines('books', access)
    nowMs += 60_000
    tails.lines('books', access)
    expect(open).toHaveLength(0)
    nowMs += 1_000
    tails.lines('books', access)
    nowMs += 1_000
    tails.lines('books', access)
    expect(open).toHaveLength(1)
    open[0]?.say(trace('hello'))
    expect(tails.lines('books', access).map(({ message }) => message)).toEqual(['GET /', 'hello'])
    await tails.close()
    expect(open[0]?.isClosed).toBe(true)
  })

  it('that has ended by itself is begun anew after a minute, and what it heard stays', async () => {
    const { open, tail } = speakers()
    let nowMs = 0
    const tails = createLiveTails({ tail }, { now: () => nowMs })
    const ask = () => tails.lines('books', access).length
    ask()
    ask()
    open[0]?.say(trace('hello'))
    await new Promise(setImmediate)
    open[0]?.die()
    for (; nowMs < 59_000; nowMs += 1_000) {
      await new Promise(setImmediate)
      expect(ask()).toBe(2)
    }
    expect(ask()).toBe(2)
    expect(open).toHaveLength(1)
    nowMs = 60_000
    ask()
    expect(open).toHaveLength(2)
    await tails.close()
  })

  it('that cannot be had is no failure, and is not asked for with every line', async () => {
    let tries = 0
    const tail = () => Promise.reject(new Error(`offline ${++tries}`))
    const tails = createLiveTails({ tail }, { now: () => 0 })
    for (let again = 0; again < 5; again++) {
      expect(tails.lines('books', access)).toEqual([])
      await new Promise(setImmediate)
    }
    expect(tries).toBe(1)
    await tails.close()
  })
})
