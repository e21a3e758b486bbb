import { describe, expect, it } from 'vitest'
import { mockedAnswers, mockedFetch } from '../../../runtime/library/mocks.ts'
import { recordMock } from '../../../src/pipeline/record-mock.ts'

const page = (number: number) => ({ request: { url: 'https://api.example/items*' }, response: { body: { number } } })

describe('mocks', () => {
  it('for one and the same request answer one after another, the last from then on', () => {
    const answer = mockedAnswers([page(1), page(2), { response: { body: 'anything else' } }])
    const ask = () => answer({ method: 'GET', url: 'https://api.example/items?page=1' })?.body
    expect([ask(), ask(), ask()]).toEqual([{ number: 1 }, { number: 2 }, { number: 2 }])
    expect(answer({ method: 'GET', url: 'https://other.example/' })?.body).toBe('anything else')
  })

  it.each([
    ['https://api.example/*/tail', 'https://api.example/a/b/tail', true],
    ['https://api.example/*/tail', 'https://api.example/tail', false],
    ['*aa*aa', 'aaa', false],
    ['https://api.example/a.c', 'https://api.example/abc', false],
    ['*', 'https://api.example/', true],
  ])('read * as anything, and all else as it stands: %s, %s', (pattern, url, fits) => {
    const answer = mockedAnswers([{ request: { url: pattern }, response: { body: 1 } }])({ method: 'GET', url })
    expect(answer !== undefined).toBe(fits)
  })

  it('answer a pattern of many stars at once', () => {
    const answer = mockedAnswers([{ request: { url: `${'*a'.repeat(2_000)}!` }, response: { body: 1 } }])
    expect(answer({ method: 'GET', url: 'a'.repeat(50_000) })).toBeUndefined()
  })

  it('are a fetch of text, JSON, bytes and empty answers, and an error where none fits', async () => {
    const send = mockedFetch([
      { request: { url: '*/text' }, response: { body: 'hello' } },
      { request: { url: '*/json' }, response: { status: 201, body: { ok: true } } },
      { request: { url: '*/bytes' }, response: { headers: { 'content-type': 'image/png' }, base64: 'iVBORw==' } },
      { request: { method: 'delete', url: '*' }, response: { status: 204 } },
    ])
    const text = await send('https://api.example/text')
    expect([text.headers.get('content-type'), await text.text(), text.url]).toEqual([
      'text/plain',
      'hello',
      'https://api.example/text',
    ])
    expect(await (await send('https://api.example/json')).json()).toEqual({ ok: true })
    expect([...new Uint8Array(await (await send('https://api.example/bytes')).arrayBuffer())]).toEqual([
      137, 80, 78, 71,
    ])
    expect((await send('https://api.example/x', { method: 'DELETE' })).status).toBe(204)
    await expect(send('https://api.example/none')).rejects.toThrow('No mock answers GET https://api.example/none.')
  })
})

const record = (type: string, text: string, headers: readonly (readonly [string, string])[] = []) =>
  recordMock(
    { method: 'GET', url: 'https://api.example/', headers: [] },
    {
      url: 'https://api.example/',
      status: 200,
      statusText: 'OK',
      headers: [['content-type', type], ...headers],
      body: Buffer.from(text, 'latin1').toString('base64'),
    },
  ).response

describe('a recorded answer', () => {
  it('stays readable where it is JSON or text, and is bytes where it is neither', () => {
    expect(record('application/json', '{"a": [1]}').body).toEqual({ a: [1] })
    expect(record('text/html', '<p>').body).toBe('<p>')
    expect(record('image/png', '\x89PNG')).toMatchObject({ base64: 'iVBORw==' })
  })

  it('keeps long numbers digit by digit', () => {
    expect(record('application/json', '{"id": 12345678901234567890}').body).toBe('{"id": 12345678901234567890}')
  })

  it('is without cookies, dates and tokens', () => {
    const { headers, body } = record('application/json', '{"access_token":"s3cr3t","expires_in":60}', [
      ['Set-Cookie', 'session=1'],
      ['Date', 'today'],
      ['Link', '<x>'],
    ])
    expect(headers).toEqual({ 'content-type': 'application/json', Link: '<x>' })
    expect(body).toEqual({ access_token: 'a-token', expires_in: 60 })
  })
})
