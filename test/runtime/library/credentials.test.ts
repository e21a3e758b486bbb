import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import type { CallContext } from '../../../runtime/library/call-operation.ts'
import type { Credential, CredentialPlacement, HttpCall } from '../../../runtime/library/http-call.ts'
import { contextWith, credentialWith, operationWith, recordingFetch } from './wire.ts'

async function call(security: HttpCall['security'], context: Partial<CallContext>, answer?: () => Response) {
  const recording = recordingFetch(answer)
  const result = await callOperation(
    operationWith({ security }),
    {},
    contextWith({ fetch: recording.fetch, ...context }),
  )
  const first = result.content[0]
  return { request: recording.requests[0], text: first?.type === 'text' ? first.text : '', isError: result.isError }
}

function schemes(...parts: Partial<Credential>[]): Credential[] {
  return parts.map(credentialWith)
}

describe('credentials', () => {
  const table: [CredentialPlacement, string, object][] = [
    [{ type: 'bearer' }, 'secret-value', { headers: { authorization: 'Bearer secret-value' } }],
    [{ type: 'basic' }, 'user:pässword', { headers: { authorization: 'Basic dXNlcjpww6Rzc3dvcmQ=' } }],
    [{ type: 'apiKey', in: 'header', name: 'X-Key' }, 'secret-value', { headers: { 'x-key': 'secret-value' } }],
    [
      { type: 'apiKey', in: 'header', name: 'Authorization', format: 'Token {value}' },
      'secret-$&value',
      { headers: { authorization: 'Token secret-$&value' } },
    ],
    [
      { type: 'apiKey', in: 'query', name: 'api key' },
      'a&b',
      { url: 'https://api.example.com/v1/things?api%20key=a%26b' },
    ],
    [{ type: 'apiKey', in: 'cookie', name: 'session' }, 'a;b', { headers: { cookie: 'session=a%3Bb' } }],
  ]
  it.each(table)('sends %j', async (placement, value, expected) => {
    const { request } = await call([['TOKEN']], { env: { TOKEN: value }, credentials: schemes({ placement }) })
    expect(request).toMatchObject(expected)
  })

  it('uses the first alternative of which every value is set', async () => {
    const credentials = schemes(
      { name: 'A' },
      { name: 'B', placement: { type: 'apiKey', in: 'header', name: 'x-b' } },
      { name: 'C', placement: { type: 'apiKey', in: 'header', name: 'x-c' } },
    )
    const { request } = await call(
      [
        ['A', 'B'],
        ['B', 'C'],
      ],
      { env: { B: 'b', C: 'c' }, credentials },
    )
    expect(request?.headers).toMatchObject({ 'x-b': 'b', 'x-c': 'c' })
    expect(request?.headers).not.toHaveProperty('authorization')
  })

  it('names every secret that would do when none is set, and sends nothing', async () => {
    const { request, text, isError } = await call([['A', 'B'], ['C']], {
      credentials: schemes({ name: 'A' }, { name: 'B', purpose: '' }, { name: 'C', purpose: 'the key' }),
    })
    expect(request).toBeUndefined()
    expect(isError).toBe(true)
    expect(text).toContain('A (to get in) together with B, or C (the key)')
  })

  it('calls without a credential when that is one of the alternatives', async () => {
    const { request } = await call([['TOKEN'], []], { credentials: schemes({}) })
    expect(request?.headers).not.toHaveProperty('authorization')
  })

  it('never sends a credential to a host it is not bound to', async () => {
    const { request, text } = await call([['TOKEN']], {
      env: { TOKEN: 'secret-value' },
      credentials: schemes({}),
      baseUrl: 'https://evil.example/v1',
    })
    expect(request).toBeUndefined()
    expect(text).toContain('TOKEN may only be sent to api.example.com')
    expect(text).not.toContain('secret-value')
  })

  it('tells ports apart', async () => {
    const { request } = await call([['TOKEN']], {
      env: { TOKEN: 'secret-value' },
      credentials: schemes({}),
      baseUrl: 'https://api.example.com:8443/v1',
    })
    expect(request).toBeUndefined()
  })

  it.each([
    ['an answer', { TOKEN: 'secret-value' }, { type: 'bearer' } as const, '{"echo":"Bearer secret-value"}', 200],
    ['an error', { TOKEN: 'user:secret' }, { type: 'basic' } as const, '{"message":"bad Basic dXNlcjpzZWNyZXQ="}', 401],
  ])('takes its values out of %s', async (_name, env, placement, body, status) => {
    const answer = () => new Response(body, { status, headers: { 'content-type': 'application/json' } })
    const { text } = await call([['TOKEN']], { env, credentials: schemes({ placement }) }, answer)
    expect(text).toContain('[TOKEN]')
    expect(text).not.toMatch(/secret-value|dXNlcjpzZWNyZXQ/)
  })
})
