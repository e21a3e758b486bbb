import { describe, expect, it } from 'vitest'

import { callOperation, type CallContext } from '../../../runtime/library/call-operation.ts'
import type { HttpCall } from '../../../runtime/library/http-call.ts'
import { contextWith, operationWith, parameterWith, recordingFetch } from './wire.ts'

interface AnswerInit {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: Readonly<Record<string, string>>
}

function answer(body: BodyInit | null, contentType?: string, init: AnswerInit = {}): () => Response {
  return () =>
    new Response(body, { ...init, headers: { ...(contentType && { 'content-type': contentType }), ...init.headers } })
}

async function read(respond: () => Response, call: Partial<HttpCall> = {}, context: Partial<CallContext> = {}) {
  return callOperation(operationWith(call), {}, contextWith({ fetch: recordingFetch(respond).fetch, ...context }))
}

const json = 'application/json; charset=utf-8'
const bytes = new Uint8Array([0, 1, 255])

describe('successful answers', () => {
  const table: [string, () => Response, object][] = [
    [
      'an object',
      answer('{ "a": 1 }', json),
      { content: [{ type: 'text', text: '{"a":1}' }], structuredContent: { a: 1 } },
    ],
    ['+json', answer('{"a":1}', 'application/vnd.x+json'), { structuredContent: { a: 1 } }],
    ['a list', answer('[1,2]', json), { content: [{ type: 'text', text: '[1,2]' }] }],
    ['a JSON text', answer('"x"', json), { content: [{ type: 'text', text: 'x' }] }],
    ['JSON that is none', answer('oops', json), { content: [{ type: 'text', text: 'oops' }] }],
    ['CSV', answer('a,b\n1,2', 'text/csv'), { content: [{ type: 'text', text: 'a,b\n1,2' }] }],
    ['XML', answer('<a/>', 'application/xml'), { content: [{ type: 'text', text: '<a/>' }] }],
    [
      'Latin-1',
      answer(new Uint8Array([0xe9]), 'text/plain; charset=iso-8859-1'),
      { content: [{ type: 'text', text: 'é' }] },
    ],
    ['a picture', answer(bytes, 'image/png'), { content: [{ type: 'image', data: 'AAH/', mimeType: 'image/png' }] }],
    ['sound', answer(bytes, 'audio/ogg'), { content: [{ type: 'audio', data: 'AAH/', mimeType: 'audio/ogg' }] }],
    [
      'other bytes',
      answer(bytes, 'application/zip'),
      {
        content: [
          {
            type: 'resource',
            resource: { uri: 'https://api.example.com/v1/things', mimeType: 'application/zip', blob: 'AAH/' },
          },
        ],
      },
    ],
    [
      'no content',
      answer(null, undefined, { status: 204 }),
      { content: [{ type: 'text', text: expect.stringContaining('answered 204') }] },
    ],
    [
      'a place only',
      answer(null, undefined, { status: 201, headers: { location: '/v1/things/7' } }),
      { content: [{ type: 'text', text: expect.stringContaining('Location: /v1/things/7') }] },
    ],
  ]
  it.each(table)('reads %s', async (_name, respond, expected) => {
    expect(await read(respond)).toMatchObject(expected)
  })

  it('keeps every digit of large integers in the text', async () => {
    const result = await read(answer('{"id":12345678901234567890,"n":1.50,"s":"9007199254740993"}', json))
    expect(result.content).toEqual([
      { type: 'text', text: '{"id":12345678901234567890,"n":1.5,"s":"9007199254740993"}' },
    ])
  })

  it('returns the part that "pick" names', async () => {
    const body = '{"data":{"items":[{"id":12345678901234567890}],"a/b":{"c":1}}}'
    expect(await read(answer(body, json), { pick: '/data/items' })).toEqual({
      content: [{ type: 'text', text: '[{"id":12345678901234567890}]' }],
    })
    expect(await read(answer(body, json), { pick: '/data/a~1b' })).toMatchObject({ structuredContent: { c: 1 } })
  })

  it('says what there is when "pick" names nothing', async () => {
    const result = await read(answer('{"data":1,"more":2}', json), { pick: '/items' })
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('an object with data, more') }],
    })
  })

  it('names the next page', async () => {
    const link =
      '<https://api.example.com/v1/things?page=1>; rel="prev", <https://api.example.com/v1/things?page=3&q=x>; rel="next"'
    const result = await read(answer('[]', json, { headers: { link } }))
    expect(result.content[1]).toEqual({ type: 'text', text: 'There is a next page: call again with page=3, q=x.' })
  })

  it('bounds long answers and names the arguments that make them smaller', async () => {
    const limits = { answerBytes: 1_000_000, answerCharacters: 100, timeoutMs: 1_000 }
    const call = { parameters: [parameterWith({ argument: 'per_page', name: 'per_page' })] }
    const result = await read(answer(JSON.stringify({ a: 'x'.repeat(5_000) }), json), call, { limits })
    expect(result.structuredContent).toBeUndefined()
    expect(result.content[0]).toMatchObject({
      text: expect.stringMatching(/^.{100}\n… \[shortened: the first 100 of 5008 .*"per_page"/s),
    })
  })

  it('stops reading at the limit of bytes', async () => {
    let sent = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent++
            controller.enqueue(new TextEncoder().encode('x'.repeat(1_000)))
          },
        }),
        { headers: { 'content-type': 'text/plain' } },
      )
    const limits = { answerBytes: 10_000, answerCharacters: 50, timeoutMs: 5_000 }
    const result = await read(endless, {}, { limits })
    expect(sent).toBeLessThan(20)
    expect(result.content[0]).toMatchObject({ text: expect.stringContaining('of more than 10000 characters') })
  })

  it('keeps a promised object whole while it is of bearable length', async () => {
    const operation = { ...operationWith({}), outputSchema: { type: 'object' } }
    const limits = { answerBytes: 1_000_000, answerCharacters: 100, timeoutMs: 1_000 }
    const reading = (length: number) => {
      const { fetch } = recordingFetch(answer(JSON.stringify({ a: 'x'.repeat(length) }), json))
      return callOperation(operation, {}, contextWith({ fetch, limits }))
    }
    expect(await reading(300)).toMatchObject({ structuredContent: { a: 'x'.repeat(300) } })
    expect(await reading(1_000)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('too long') }, {}],
    })
  })

  it('turns an answer that is not the promised object into an error, since clients refuse it otherwise', async () => {
    const operation = { ...operationWith({}), outputSchema: { type: 'object' } }
    const fetch = recordingFetch(answer('[1]', json)).fetch
    const result = await callOperation(operation, {}, contextWith({ fetch }))
    expect(result).toMatchObject({ isError: true, content: [{}, { text: '[1]' }] })
  })
})

describe('failed answers', () => {
  it('tells status, method, path, what the API says, its request id, and what to do', async () => {
    const body = JSON.stringify({ title: 'Not valid', detail: 'name is missing', errors: [{ field: 'name' }] })
    const init = { status: 422, statusText: 'Unprocessable Entity', headers: { 'x-request-id': 'r-1' } }
    const result = await read(answer(body, 'application/problem+json', init))
    expect(result).toEqual({
      isError: true,
      content: [
        {
          type: 'text',
          text: `GET /v1/things answered 422 Unprocessable Entity: Not valid: name is missing\n${body}\nCorrect the arguments and call again.\nRequest id: r-1`,
        },
      ],
    })
  })

  it.each([
    [429, { 'retry-after': '30' }, 'Retry after 30 seconds.'],
    [503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 'seconds (Wed, 21 Oct 2026 07:28:00 GMT).'],
    [429, { 'x-ratelimit-reset': '1700000000' }, 'the limit resets at 1700000000'],
    [401, {}, 'The credential was missing or not accepted'],
    [500, {}, 'The fault lies with the API'],
  ])('says for %i with %j: %s', async (status, headers, expected) => {
    expect(await read(answer('{}', json, { status, headers }))).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining(expected) }],
    })
  })

  it('keeps the title of an error page and leaves its markup out', async () => {
    const page = '<!DOCTYPE html><html><title>Bad gateway</title><body>long</body></html>'
    const result = await read(answer(page, 'text/html', { status: 502 }))
    expect(result.content[0]).toMatchObject({ text: expect.stringMatching(/answered 502: Bad gateway\n/) })
    expect(JSON.stringify(result)).not.toContain('<body>')
  })

  it('bounds long errors', async () => {
    const result = await read(answer('x'.repeat(50_000), 'text/plain', { status: 500 }))
    expect(JSON.stringify(result).length).toBeLessThan(5_000)
  })

  it('does not show the query of the request, which may hold a key', async () => {
    const result = await read(answer('', 'text/plain', { status: 404 }), { fixed: { query: { key: 'hidden' } } })
    expect(JSON.stringify(result)).not.toContain('hidden')
  })
})

// The signal of a Request follows its own through a weak reference on Node: after a sweep of memory it never fires.
const never: typeof fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

const refused: typeof fetch = () =>
  Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))

const broken = () =>
  new Response(
    new ReadableStream({
      pull(controller) {
        controller.error(new TypeError('terminated', { cause: new Error('other side closed') }))
      },
    }),
  )

describe('calls that get no answer', () => {
  it('ends at the time limit and says so', async () => {
    const limits = { answerBytes: 10, answerCharacters: 10, timeoutMs: 20 }
    const result = await read(answer(null), {}, { fetch: never, limits })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('within 0.02 seconds') }] })
  })

  it('ends when the client cancels', async () => {
    const controller = new AbortController()
    const called = read(answer(null), {}, { fetch: never, signal: controller.signal })
    controller.abort()
    expect(await called).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('cancelled') }] })
  })

  it('passes on why an address cannot be reached', async () => {
    const result = await read(answer(null), {}, { fetch: refused })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('ECONNREFUSED') }] })
  })

  it('tells when the connection breaks in the middle of an answer', async () => {
    expect(await read(broken)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('other side closed') }],
    })
  })

  it('asks for a base URL when the description has none', async () => {
    const result = await read(answer(null), { servers: [] })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('Set the base URL') }] })
  })
})
