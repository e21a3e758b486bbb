import { describe, expect, it } from 'vitest'
import { createTurns, type Turns } from '../../src/model/turns.ts'

/** Asks for turns by names like "a1", whose first letter is the key; records their starts, and ends them by name. */
function watched(turns: Turns) {
  const started: string[] = []
  const givenUp: string[] = []
  const ends = new Map<string, () => void>()
  return {
    started,
    givenUp,
    ask(name: string, signal?: AbortSignal): void {
      void turns.take(name.slice(0, 1), signal).then((turn) => {
        if (!turn) return givenUp.push(name)
        ends.set(name, () => turn[Symbol.dispose]())
        return started.push(name)
      })
    },
    async end(name: string): Promise<void> {
      await settled()
      ends.get(name)?.()
      await settled()
    },
  }
}

/** All that has been decided is known by then: nothing here waits for a timer. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('start at once while there is room, and then one as another ends', async () => {
    const { ask, end, started } = watched(createTurns(2))
    for (const name of ['a1', 'a2', 'a3']) ask(name)
    await settled()
    expect(started).toEqual(['a1', 'a2'])
    await end('a2')
    expect(started).toEqual(['a1', 'a2', 'a3'])
  })

  it('let who comes late wait for what is in flight, never for the line of another', async () => {
    const { ask, end, started } = watched(createTurns(2))
    for (let index = 1; index <= 100; index++) ask(`a${index}`)
    ask('b1')
    await end('a1')
    expect(started).toEqual(['a1', 'a2', 'b1'])
  })

  it('go round, and keep the order of each key', async () => {
    const { ask, end, started } = watched(createTurns(1))
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) ask(name)
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']) await end(name)
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('go first to the key with the fewest in flight', async () => {
    const { ask, end, started } = watched(createTurns(3))
    for (const name of ['b1', 'a1', 'a2', 'a3', 'b2']) ask(name)
    await end('a1')
    // One of each is in flight; the last turn of b is longer ago.
    expect(started.at(-1)).toBe('b2')
    await end('a2')
    expect(started.at(-1)).toBe('a3')
  })

  it('are kept for a key that was here lately, which then waits for nobody', async () => {
    const { ask, end, started } = watched(createTurns(2))
    ask('b1')
    await end('b1')
    for (let index = 1; index <= 60; index++) ask(`a${index}`)
    await settled()
    expect(started).toEqual(['b1', 'a1'])
    ask('b2')
    await settled()
    expect(started.at(-1)).toBe('b2')
    await end('b2')
    // Who does not come back keeps nobody waiting for ever.
    for (let index = 1; index <= 51; index++) await end(`a${index}`)
    expect(started.slice(-2)).toEqual(['a52', 'a53'])
  })

  it('leave the line when they are given up, before and while they wait', async () => {
    const { ask, end, started, givenUp } = watched(createTurns(1))
    const giveUp = new AbortController()
    ask('a1')
    ask('a2', giveUp.signal)
    ask('a3')
    ask('a4', AbortSignal.abort())
    giveUp.abort()
    await settled()
    expect(givenUp.toSorted()).toEqual(['a2', 'a4'])
    await end('a1')
    expect(started).toEqual(['a1', 'a3'])
  })

  it('are not given up any more once they have begun, and end once', async () => {
    const { ask, end, started, givenUp } = watched(createTurns(1))
    const late = new AbortController()
    ask('a1', late.signal)
    for (const name of ['b1', 'b2']) ask(name)
    await settled()
    late.abort()
    await end('a1')
    await end('a1')
    expect({ started, givenUp }).toEqual({ started: ['a1', 'b1'], givenUp: [] })
  })
})
