import { describe, expect, it } from 'vitest'
import { createCloudflareApi } from '../../../../runtime/targets/cloudflare/api/cloudflare-api.ts'
import { listVersions } from '../../../../runtime/targets/cloudflare/api/versions.ts'
import { chooseAccount } from '../../../../runtime/targets/cloudflare/choose-account.ts'
import type { Clock } from '../../../../runtime/library/clock.ts'

const signal = new AbortController().signal
const request = { path: '/accounts', action: 'list its accounts' }

describe("Cloudflare's API", () => {
  it('gives what is in the envelope, asked with the token', async () => {
    const far = answering(ok([{ id: 'a', name: 'Desk' }]))
    expect(await far.api.send(request, signal)).toEqual([{ id: 'a', name: 'Desk' }])
    expect(far.asked).toEqual(['GET https://api.example/accounts Bearer t0ken'])
  })

  it('is asked again after 429, 5xx and a cut, waiting as long as it is told to', async () => {
    const far = answering(refused(429, 971, 'Slow down', { 'retry-after': '7' }), refused(502, 0, ''), cut, ok('done'))
    expect(await far.api.send(request, signal)).toBe('done')
    expect(far.waited).toEqual([7_000, 2_000, 6_000])
  })

  it('is not asked again when a cut may have done the work already', async () => {
    const far = answering(cut, ok('done'))
    const failure = far.api.send({ ...request, method: 'POST' }, signal)
    await expect(failure).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: 'Cloudflare could not be asked to list its accounts: socket hang up.',
    })
  })

  it('is given up after three repeats, and at once when it asks to wait for long', async () => {
    const tired = answering(refused(503, 0, ''), refused(503, 0, ''), refused(503, 0, ''), refused(503, 0, ''))
    await expect(tired.api.send(request, signal)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
    const long = answering(refused(429, 971, 'Slow down', { 'retry-after': '600' }))
    await expect(long.api.send(request, signal)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: 'Cloudflare could not list its accounts now: Slow down. (971)',
    })
    expect(long.waited).toEqual([])
  })

  it.each([
    [401, 10_000, 'TARGET_FORBIDDEN'],
    [403, 10_000, 'TARGET_FORBIDDEN'],
    [400, 10_021, 'TARGET_REFUSED'],
  ])('explains %d in words, with its code and never with the token', async (status, problem, code) => {
    const error: unknown = await answering(refused(status, problem, 'No'))
      .api.send(request, signal)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, message: expect.stringContaining(`No. (${problem})`) })
    expect(JSON.stringify(error) + String(error)).not.toContain('t0ken')
  })

  it('gives the data of GraphQL, which says no with 200 and without codes', async () => {
    expect(await graphql({ data: { viewer: 1 }, errors: null }).api.send(request, signal)).toEqual({ viewer: 1 })
    const refusal = graphql({ data: null, errors: [{ message: 'not authorized for that account' }] }).api.send(
      request,
      signal,
    )
    await expect(refusal).rejects.toMatchObject({
      code: 'TARGET_REFUSED',
      message: 'Cloudflare did not list its accounts: not authorized for that account.',
    })
  })

  it('takes no page of a proxy for an answer', async () => {
    await expect(answering(page, page, page, page).api.send(request, signal)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
    })
  })

  it('ends with the reason of who gives up', async () => {
    const controller = new AbortController()
    const far = answering(() => {
      controller.abort(new Error('enough'))
      return Promise.reject(new Error('aborted'))
    })
    await expect(far.api.send(request, controller.signal)).rejects.toThrow('enough')
  })
})

describe('what is asked of it', () => {
  const worker = { accountId: 'a', name: 'books' }

  it('tells a Worker that is not there from one without versions', async () => {
    expect(await listVersions(answering(refused(404, 10_007, 'No such Worker')).api, worker, signal)).toBeUndefined()
    expect(await listVersions(answering(ok({ items: [] })).api, worker, signal)).toEqual([])
  })

  it('chooses the one account, and lists names and ids when there are several', async () => {
    const none = { account: undefined, published: undefined }
    const two = ok([
      { id: 'a1', name: 'Desk' },
      { id: 'b2', name: 'Shop' },
    ])
    expect(await chooseAccount(answering(ok([{ id: 'a1', name: 'Desk' }])).api, none, signal)).toBe('a1')
    await expect(chooseAccount(answering(two).api, none, signal)).rejects.toMatchObject({
      code: 'TARGET_ACCOUNT_UNCLEAR',
      message: 'The token reaches 2 accounts: "Desk" (a1), "Shop" (b2).',
    })
    await expect(chooseAccount(answering(ok([])).api, none, signal)).rejects.toMatchObject({
      code: 'TARGET_ACCOUNT_UNCLEAR',
    })
    expect(await chooseAccount(answering().api, { ...none, account: 'b2' }, signal)).toBe('b2')
    const moved = chooseAccount(answering().api, { account: 'b2', published: 'a1' }, signal)
    await expect(moved).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
  })
})

type Answer = () => Promise<Response>

function graphql(body: object) {
  return answering(() => Promise.resolve(Response.json(body)))
}

/** An API that gives these answers, one after the other. */
function answering(...answers: readonly Answer[]) {
  const left = [...answers]
  const asked: string[] = []
  const waited: number[] = []
  const clock: Clock = { now: () => 0, wait: async (ms) => void waited.push(ms) }
  const fetchLike: typeof fetch = (input, init) => {
    const sent = new Request(input, init)
    asked.push(`${sent.method} ${sent.url} ${sent.headers.get('authorization')}`)
    return (left.shift() ?? (() => Promise.reject(new Error('nothing more was expected'))))()
  }
  const api = createCloudflareApi({ apiBaseUrl: 'https://api.example', token: 't0ken' }, { fetch: fetchLike, clock })
  return { api, asked, waited }
}

function ok(result: unknown): Answer {
  return () => Promise.resolve(Response.json({ success: true, result, errors: [], messages: [] }))
}

function refused(status: number, code: number, message: string, headers: Record<string, string> = {}): Answer {
  const errors = code === 0 ? [] : [{ code, message }]
  return () =>
    Promise.resolve(Response.json({ success: false, result: null, errors, messages: [] }, { status, headers }))
}

const page: Answer = () => Promise.resolve(new Response('<html>', { status: 200 }))

const cut: Answer = () => Promise.reject(new Error('socket hang up'))
