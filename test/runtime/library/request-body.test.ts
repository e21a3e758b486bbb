import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import type { HttpBody } from '../../../runtime/library/http-call.ts'
import { contextWith, operationWith, recordingFetch, type RecordedRequest } from './wire.ts'

type ArgumentBody = HttpBody & { kind: 'argument' }

async function send(body: Partial<ArgumentBody>, value: unknown): Promise<RecordedRequest | string> {
  const { requests, fetch } = recordingFetch()
  const operation = operationWith({
    method: 'POST',
    body: { kind: 'argument', argument: 'body', mediaType: 'application/json', required: true, ...body },
  })
  const result = await callOperation(operation, { body: value }, contextWith({ fetch }))
  return requests[0] ?? (result.content[0]?.type === 'text' ? result.content[0].text : '')
}

const form = 'application/x-www-form-urlencoded'
const file = { base64: 'AAEC/w==', filename: 'a "b".bin', mediaType: 'application/zip' }

describe('bodies', () => {
  const table: [string, Partial<ArgumentBody>, unknown, string, string][] = [
    ['an object', {}, { a: 1, b: null }, 'application/json', '{"a":1,"b":null}'],
    ['a list', {}, [1, 'x'], 'application/json', '[1,"x"]'],
    ['a text as JSON', {}, 'x', 'application/json', '"x"'],
    ['null as JSON', {}, null, 'application/json', 'null'],
    ['+json', { mediaType: 'application/merge-patch+json' }, { a: 1 }, 'application/merge-patch+json', '{"a":1}'],
    [
      'form fields',
      { mediaType: form },
      { a: 'x y&z', b: [1, 2], c: { d: 1 }, e: null },
      form,
      'a=x+y%26z&b=1&b=2&c=%7B%22d%22%3A1%7D',
    ],
    [
      'form fields by style',
      {
        mediaType: form,
        encoding: { a: { style: 'form', explode: false }, b: { style: 'deepObject', explode: true } },
      },
      { a: [1, 2], b: { c: 'x', d: { e: 1 } } },
      form,
      'a=1,2&b%5Bc%5D=x&b%5Bd%5D%5Be%5D=1',
    ],
    ['plain text', { mediaType: 'text/plain' }, 'hello', 'text/plain', 'hello'],
    [
      'bytes as base64',
      { mediaType: 'application/octet-stream' },
      { base64: 'aGk=' },
      'application/octet-stream',
      'hi',
    ],
    [
      'bytes with a type of their own',
      { mediaType: 'image/*' },
      { base64: 'aGk=', mediaType: 'image/png' },
      'image/png',
      'hi',
    ],
    ['text as XML', { mediaType: 'application/xml' }, '<a/>', 'application/xml', '<a/>'],
    [
      'an object as XML',
      {
        mediaType: 'application/xml',
        schema: {
          xml: { name: 'book', namespace: 'urn:b', prefix: 'b' },
          properties: {
            id: { xml: { attribute: true } },
            tags: { xml: { wrapped: true }, items: { xml: { name: 'tag' } } },
          },
        },
      },
      { id: 7, title: 'a<b', tags: ['x', 'y'], list: [1, 2] },
      'application/xml',
      '<?xml version="1.0" encoding="UTF-8"?><b:book xmlns:b="urn:b" id="7"><title>a&lt;b</title><tags><tag>x</tag><tag>y</tag></tags><list>1</list><list>2</list></b:book>',
    ],
  ]
  it.each(table)('writes %s', async (_name, body, value, contentType, expected) => {
    expect(await send(body, value)).toMatchObject({ headers: { 'content-type': contentType }, body: expected })
  })

  it('writes multipart parts: texts, lists, JSON and files', async () => {
    const sent = await send(
      { mediaType: 'multipart/form-data', encoding: { meta: { contentType: 'application/json' } } },
      { name: 'x', tags: ['a', 'b'], meta: { k: 1 }, upload: file, gone: null },
    )
    if (typeof sent === 'string') throw new Error(sent)
    const boundary = /boundary=(.*)$/.exec(sent.headers['content-type'] ?? '')?.[1] ?? ''
    expect(sent.headers['content-type']).toBe(`multipart/form-data; boundary=${boundary}`)
    expect(sent.body.replaceAll(boundary, 'B')).toBe(
      [
        '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n',
        '--B\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n',
        '--B\r\nContent-Disposition: form-data; name="tags"\r\n\r\nb\r\n',
        '--B\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n{"k":1}\r\n',
        '--B\r\nContent-Disposition: form-data; name="upload"; filename="a %22b%22.bin"\r\nContent-Type: application/zip\r\n\r\n\u0000\u0001\u0002\ufffd\r\n',
        '--B--\r\n',
      ].join(''),
    )
  })

  it.each<[string, Partial<ArgumentBody>, unknown, string]>([
    ['a required body that is missing', {}, undefined, 'Argument "body", the request body, is missing'],
    ['a form that is no object', { mediaType: form }, 'a=1', 'give an object with one property per field'],
    ['an object as plain text', { mediaType: 'text/plain' }, { a: 1 }, 'give a string, or a file'],
    ['bytes that are not base64', { mediaType: 'image/png' }, { base64: '%%%' }, 'is not base64'],
  ])('refuses %s and says what to give', async (_name, body, value, message) => {
    expect(await send(body, value)).toContain(message)
  })
})

describe('body templates', () => {
  const schema = { type: 'object', properties: { title: {}, count: {}, note: {}, tags: {} } }

  async function fill(template: unknown, input: Record<string, unknown>, mediaType = 'application/json') {
    const { requests, fetch } = recordingFetch()
    const operation = operationWith({ method: 'POST', body: { kind: 'template', mediaType, template } }, schema)
    await callOperation(operation, input, contextWith({ fetch }))
    return requests[0]?.body
  }

  it('gives a placeholder the value with its type, and text around it a text', async () => {
    const template = { a: '{title}', n: '{count}', list: ['{tags}', 'x'], text: '{title} has {count}', fixed: true }
    expect(await fill(template, { title: 'T', count: 2, tags: ['y'] })).toBe(
      '{"a":"T","n":2,"list":[["y"],"x"],"text":"T has 2","fixed":true}',
    )
  })

  it('drops properties and items whose argument is absent', async () => {
    expect(await fill({ a: '{title}', note: '{note}', list: ['{tags}', 1] }, { title: 'T' })).toBe(
      '{"a":"T","list":[1]}',
    )
  })

  it('leaves braces that are no argument as they are', async () => {
    expect(await fill({ query: 'query { user(id: "{title}") {login} }' }, { title: 'T' })).toBe(
      '{"query":"query { user(id: \\"T\\") {login} }"}',
    )
  })

  it('does not fill what an argument brings in', async () => {
    expect(await fill({ a: '{title}', b: '{title}!' }, { title: '{count}', count: 9 })).toBe(
      '{"a":"{count}","b":"{count}!"}',
    )
  })

  it('sends no body when the whole template is an absent argument', async () => {
    expect(await fill('{note}', {})).toBe('')
  })

  it('writes a template as a form', async () => {
    expect(await fill({ a: '{title}', b: '{note}' }, { title: 'x y' }, form)).toBe('a=x+y')
  })
})
