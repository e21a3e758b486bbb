import { describe, expect, it } from 'vitest'

import { operationFromHttpTool, type HttpTemplate } from '../../../generators/importers/http-template.ts'
import { callOperation } from '../../../runtime/library/call-operation.ts'
import { contextWith, recordingFetch } from '../../runtime/library/wire.ts'

const inputSchema = {
  type: 'object',
  properties: { id: { type: 'string' }, since: {}, tags: { type: 'array' }, title: {} },
}

function declare(http: Partial<HttpTemplate>) {
  return operationFromHttpTool({
    name: 'do_it',
    description: 'Does it.',
    effect: 'read',
    inputSchema,
    http: { method: 'GET', url: 'https://api.example.com/items', ...http },
  })
}

/** Sends what a template declares, with a secret that is set. */
async function send(http: Partial<HttpTemplate>, input: Record<string, unknown> = {}) {
  const { operation, credential } = declare(http)
  const { requests, fetch } = recordingFetch()
  const credentials = credential ? [credential] : []
  const result = await callOperation(operation, input, contextWith({ fetch, credentials, env: { MY_KEY: 'secret:x' } }))
  return requests[0] ?? result
}

describe('declared http tools', () => {
  it('puts arguments into path, query and headers', async () => {
    const sent = await send(
      {
        url: 'https://api.example.com/items/{id}.json?kind=a%26b&since={since}',
        query: { q: 'created:>{since}', tag: '{tags}', page: 1 },
        headers: { 'X-Title': '{title}', 'X-Fixed': 'yes', 'X-Mixed': 'id {id}' },
      },
      { id: 'a/b', since: '2026', tags: ['x', 'y'], title: 'T' },
    )
    expect(sent).toMatchObject({
      url: 'https://api.example.com/items/a%2Fb.json?kind=a%26b&page=1&q=created%3A%3E2026&since=2026&tag=x&tag=y',
      headers: { 'x-title': 'T', 'x-fixed': 'yes', 'x-mixed': 'id a/b' },
    })
  })

  it('leaves out what belongs to arguments that were not given', async () => {
    const sent = await send({ query: { since: '{since}', q: 'created:>{since}' }, headers: { 'X-Title': 'a {title}' } })
    expect(sent).toMatchObject({ url: 'https://api.example.com/items' })
    expect(sent).not.toHaveProperty('headers.x-title')
  })

  it.each<[string, Partial<HttpTemplate>, object]>([
    ['bearer by default', {}, { headers: { authorization: 'Bearer secret:x' } }],
    [
      'Bearer {NAME}',
      { headers: { Authorization: 'Bearer {MY_KEY}' } },
      { headers: { authorization: 'Bearer secret:x' } },
    ],
    [
      'Basic {NAME}',
      { headers: { Authorization: 'Basic {MY_KEY}' } },
      { headers: { authorization: 'Basic c2VjcmV0Ong=' } },
    ],
    ['a header of its own', { headers: { 'X-Key': '{MY_KEY}' } }, { headers: { 'x-key': 'secret:x' } }],
    [
      'text around it',
      { headers: { Authorization: 'Token token={MY_KEY}' } },
      { headers: { authorization: 'Token token=secret:x' } },
    ],
    ['the query', { query: { key: '{MY_KEY}' } }, { url: 'https://api.example.com/items?key=secret%3Ax' }],
    [
      'the query of the URL',
      { url: 'https://api.example.com/items?key={MY_KEY}' },
      { url: 'https://api.example.com/items?key=secret%3Ax' },
    ],
  ])('sends the secret as %s', async (_name, http, expected) => {
    expect(await send({ ...http, secret: 'MY_KEY' })).toMatchObject(expected)
  })

  it('binds the secret to the host of the tool', () => {
    const { credential, hosts } = declare({ url: 'https://api.example.com:8443/x', secret: 'MY_KEY' })
    expect(credential).toMatchObject({ name: 'MY_KEY', hosts: ['api.example.com:8443'] })
    expect(hosts).toEqual(['api.example.com:8443'])
  })

  it.each<[string, unknown, Record<string, string> | undefined, string, string]>([
    ['an object', { a: '{title}', n: [1] }, undefined, 'application/json', '{"a":"T","n":[1]}'],
    ['JSON as text', '{"a": "{title}"}', undefined, 'application/json', '{"a":"T"}'],
    ['an argument alone', '{tags}', undefined, 'application/json', '["x"]'],
    ['text', 'Hello {title}', undefined, 'text/plain', 'Hello T'],
    [
      'a form',
      { a: '{title}' },
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      'application/x-www-form-urlencoded',
      'a=T',
    ],
  ])('writes a body that is %s', async (_name, body, headers, contentType, expected) => {
    const sent = await send({ method: 'post', body, ...(headers && { headers }) }, { title: 'T', tags: ['x'] })
    expect(sent).toMatchObject({ method: 'POST', headers: { 'content-type': contentType }, body: expected })
  })

  it.each<[string, Partial<HttpTemplate>, string, string, string]>([
    [
      'names every placeholder that is no argument',
      { url: 'https://a.example/{ID}/{idd}' },
      'SCHEMA_INVALID',
      '{ID}, {idd}',
      'Did you mean {id}',
    ],
    [
      'suggests to declare a secret',
      { headers: { 'X-Key': '{API_KEY}' } },
      'SCHEMA_INVALID',
      '{API_KEY}',
      'set http.secret to "API_KEY"',
    ],
    ['refuses a relative URL', { url: '/items' }, 'ARGUMENTS_INVALID', '"/items"', 'https://api.example.com'],
    ['refuses another scheme', { url: 'file:///etc/passwd' }, 'ARGUMENTS_INVALID', 'file:', 'https'],
    [
      'refuses a placeholder for the host',
      { url: 'https://{id}.example.com/' },
      'ARGUMENTS_INVALID',
      'fixed host',
      'path and query',
    ],
    [
      'refuses a user name in the URL',
      { url: 'https://me:pw@a.example/' },
      'ARGUMENTS_INVALID',
      'no user name',
      'https',
    ],
    ['refuses to delete by what only reads', { method: 'DELETE' }, 'ARGUMENTS_INVALID', 'sends DELETE', '"delete"'],
    ['refuses to change by what only reads', { method: 'patch' }, 'ARGUMENTS_INVALID', 'sends PATCH', '"write"'],
    [
      'refuses a key that is written out',
      { headers: { Authorization: 'Bearer my-own-token' } },
      'SECRET_IN_ARGUMENT',
      '"Authorization"',
      'request_secrets',
    ],
    ['refuses one in a header by habit', { headers: { 'X-Api-Key': 'abc' } }, 'SECRET_IN_ARGUMENT', '"X-Api-Key"', '{'],
    ['refuses a body on GET', { body: {} }, 'ARGUMENTS_INVALID', 'GET', 'POST'],
    ['refuses an unknown method', { method: 'TRACE' }, 'ARGUMENTS_INVALID', '"TRACE"', 'Use one'],
    [
      'refuses a secret in the body',
      { method: 'POST', secret: 'MY_KEY', body: '{MY_KEY}' },
      'ARGUMENTS_INVALID',
      'path or body',
      'http.headers',
    ],
  ])('%s', (_name, http, code, message, fix) => {
    expect(() => declare(http)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message), fix: expect.stringContaining(fix) }),
    )
  })

  it('does not repeat what was given as a secret when it is no name', () => {
    expect(() => declare({ secret: 'ghp_0123456789' })).toThrow(
      expect.objectContaining({ code: 'ARGUMENTS_INVALID', message: expect.not.stringContaining('ghp_') }),
    )
  })

  it('refuses an input schema whose root is no object', () => {
    const tool = { name: 'x_y', description: '', effect: 'read' as const, inputSchema: { type: 'array' } }
    expect(() => operationFromHttpTool({ ...tool, http: { method: 'GET', url: 'https://a.example' } })).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })
})
