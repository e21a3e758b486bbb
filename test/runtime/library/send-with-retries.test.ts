import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import type { Operation } from '../../../runtime/library/operation.ts'
import { contextWith, operationWith, stillClock } from './wire.ts'

type Answer = (response: ServerResponse) => void

/** Given one after the other; the last goes on for ever. */
let answers: Answer[] = []
let arrived: string[] = []
let baseUrl = ''
const server = createServer((request, response) => {
  arrived.push(`${request.method} ${request.url}`)
  const answer = answers.length > 1 ? answers.shift() : answers[0]
  answer?.(response)
})

const fine: Answer = (response) => void response.end('fine')
const refuse =
  (status: number, retryAfter?: string): Answer =>
  (response) =>
    void response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
const reset: Answer = (response) => void response.destroy()
const breakOff: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('half', () => response.destroy())
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  arrived = []
})

async function call(given: readonly Answer[], operation: Partial<Operation> = {}, nowMs = 0) {
  answers = [...given]
  const clock = stillClock(nowMs)
  const whole = { ...operationWith({}), ...operation }
  const result = await callOperation(whole, {}, contextWith({ baseUrl, clock }))
  const [block] = result.content
  return { text: block?.type === 'text' ? block.text : '', isError: result.isError, waits: clock.waits }
}

const writing: Partial<Operation> = { ...operationWith({ method: 'POST' }), effect: 'write' }

describe('a call that only reads', () => {
  it.each<[string, Answer, number]>([
    ['429 with seconds', refuse(429, '2'), 2_000],
    ['503 with a date', refuse(503, 'Thu, 01 Jan 1970 00:00:04 GMT'), 3_000],
    ['503 with a date that has passed', refuse(503, 'Thu, 01 Jan 1970 00:00:00 GMT'), 0],
    ['503 alone', refuse(503), 250],
    ['502', refuse(502), 250],
    ['504', refuse(504), 250],
    ['a connection that is reset', reset, 250],
    ['an answer that breaks off', breakOff, 250],
  ])('is sent again after %s, when the wait is over', async (_, first, waitMs) => {
    const { text, waits } = await call([first, fine], {}, 1_000)
    expect(text).toBe('fine')
    expect(waits).toEqual([waitMs])
    expect(arrived).toHaveLength(2)
  })

  it('is sent three times at most', async () => {
    const { text, isError, waits } = await call([refuse(503)])
    expect(isError).toBe(true)
    expect(text).toContain('answered 503')
    expect(waits).toEqual([250, 500])
    expect(arrived).toHaveLength(3)
  })

  it('waits five seconds at most, in all; what is longer is told at once', async () => {
    const { text, waits } = await call([refuse(429, '3'), refuse(429, '4'), fine])
    expect(text).toContain('Retry after 4 seconds.')
    expect(waits).toEqual([3_000])
    expect((await call([refuse(503, '120')])).waits).toEqual([])
  })

  it('may have any method: its effect counts', async () => {
    const { text } = await call([reset, fine], { ...operationWith({ method: 'POST' }), effect: 'read' })
    expect(text).toBe('fine')
    expect(arrived).toEqual(['POST /things', 'POST /things'])
  })

  it('is not sent again where that changes nothing', async () => {
    await call([refuse(500)])
    await call([refuse(404)])
    expect(arrived).toHaveLength(2)
  })

  it('is not sent again when the client cancels the wait', async () => {
    answers = [refuse(503)]
    const cancel = new AbortController()
    const clock = { ...stillClock(), wait: async () => cancel.abort() }
    const result = await callOperation(operationWith({}), {}, contextWith({ baseUrl, clock, signal: cancel.signal }))
    expect(result.isError).toBe(true)
    expect(arrived).toHaveLength(1)
  })
})

describe('a call that changes something', () => {
  it.each<[string, Answer]>([
    ['429', refuse(429, '0')],
    ['503', refuse(503, '0')],
    ['a connection that is reset', reset],
    ['an answer that breaks off', breakOff],
  ])('is sent once, also after %s', async (_, first) => {
    const { isError } = await call([first, fine], writing)
    expect(isError).toBe(true)
    expect(arrived).toEqual(['POST /things'])
  })

  it('is sent once also as a GET, when its author says that it writes', async () => {
    await call([refuse(503, '0'), fine], { effect: 'write' })
    expect(arrived).toEqual(['GET /things'])
  })
})
