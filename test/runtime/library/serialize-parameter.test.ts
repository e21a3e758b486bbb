import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import type { HttpParameter } from '../../../runtime/library/http-call.ts'
import { contextWith, operationWith, parameterWith, recordingFetch } from './wire.ts'

const text = 'blue'
const list = ['blue', 'black', 'brown']
const record = { R: 100, G: 200, B: 150 }

/** The table of OpenAPI 3.1.1, section 4.8.12.4; delimiters outside the unreserved set are encoded as it says. */
const table: [Partial<HttpParameter>, unknown, string][] = [
  [{ in: 'path', style: 'simple' }, text, '/v1/blue'],
  [{ in: 'path', style: 'simple' }, list, '/v1/blue,black,brown'],
  [{ in: 'path', style: 'simple' }, record, '/v1/R,100,G,200,B,150'],
  [{ in: 'path', style: 'simple', explode: true }, list, '/v1/blue,black,brown'],
  [{ in: 'path', style: 'simple', explode: true }, record, '/v1/R=100,G=200,B=150'],
  [{ in: 'path', style: 'label' }, text, '/v1/.blue'],
  [{ in: 'path', style: 'label' }, list, '/v1/.blue,black,brown'],
  [{ in: 'path', style: 'label' }, record, '/v1/.R,100,G,200,B,150'],
  [{ in: 'path', style: 'label', explode: true }, list, '/v1/.blue.black.brown'],
  [{ in: 'path', style: 'label', explode: true }, record, '/v1/.R=100.G=200.B=150'],
  [{ in: 'path', style: 'matrix' }, text, '/v1/;color=blue'],
  [{ in: 'path', style: 'matrix' }, list, '/v1/;color=blue,black,brown'],
  [{ in: 'path', style: 'matrix' }, record, '/v1/;color=R,100,G,200,B,150'],
  [{ in: 'path', style: 'matrix', explode: true }, list, '/v1/;color=blue;color=black;color=brown'],
  [{ in: 'path', style: 'matrix', explode: true }, record, '/v1/;R=100;G=200;B=150'],
  [{ style: 'form', explode: false }, '', '/v1/?color='],
  [{ style: 'form', explode: false }, text, '/v1/?color=blue'],
  [{ style: 'form', explode: false }, list, '/v1/?color=blue,black,brown'],
  [{ style: 'form', explode: false }, record, '/v1/?color=R,100,G,200,B,150'],
  [{ style: 'form', explode: true }, list, '/v1/?color=blue&color=black&color=brown'],
  [{ style: 'form', explode: true }, record, '/v1/?R=100&G=200&B=150'],
  [{ style: 'spaceDelimited', explode: false }, list, '/v1/?color=blue%20black%20brown'],
  [{ style: 'spaceDelimited', explode: false }, record, '/v1/?color=R%20100%20G%20200%20B%20150'],
  [{ style: 'spaceDelimited', explode: true }, list, '/v1/?color=blue&color=black&color=brown'],
  [{ style: 'pipeDelimited', explode: false }, list, '/v1/?color=blue%7Cblack%7Cbrown'],
  [{ style: 'pipeDelimited', explode: false }, record, '/v1/?color=R%7C100%7CG%7C200%7CB%7C150'],
  [{ style: 'pipeDelimited', explode: true }, list, '/v1/?color=blue&color=black&color=brown'],
  [{ style: 'deepObject', explode: true }, record, '/v1/?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  [{ style: 'deepObject' }, { a: { b: [1, 2] } }, '/v1/?color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2'],
  [{ name: 'filter[x]' }, text, '/v1/?filter%5Bx%5D=blue'],
  [{}, 'a b&c=d/é+\'"', '/v1/?color=a%20b%26c%3Dd%2F%C3%A9%2B%27%22'],
  [{ allowReserved: true }, 'a b&c=d/?:@+%20#', '/v1/?color=a%20b%26c=d/?:@+%20%23'],
  [{}, [], '/v1/'],
  [{ allowEmptyValue: true }, [], '/v1/?color='],
  [{}, null, '/v1/'],
  [{}, false, '/v1/?color=false'],
  [{ contentType: 'application/json' }, { a: [1] }, '/v1/?color=%7B%22a%22%3A%5B1%5D%7D'],
  [{ in: 'path', contentType: 'application/json' }, { a: 1 }, '/v1/%7B%22a%22%3A1%7D'],
]

describe('parameters in path and query', () => {
  it.each(table)('sends %j with %j as %s', async (parts, value, expected) => {
    const { requests, fetch } = recordingFetch()
    const parameter = parameterWith(parts)
    const operation = operationWith({ path: parameter.in === 'path' ? '/{color}' : '/', parameters: [parameter] })

    await callOperation(operation, { color: value }, contextWith({ fetch }))

    expect(requests[0]?.url).toBe(`https://api.example.com${expected}`)
  })
})

describe('parameters in headers and cookies', () => {
  const headers: [Partial<HttpParameter>, unknown, string][] = [
    [{ in: 'header' }, list, 'blue,black,brown'],
    [{ in: 'header' }, record, 'R,100,G,200,B,150'],
    [{ in: 'header', explode: true }, record, 'R=100,G=200,B=150'],
    [{ in: 'header' }, 'a b%/é', 'a b%/é'],
    [{ in: 'header', contentType: 'application/json' }, record, '{"R":100,"G":200,"B":150}'],
  ]
  it.each(headers)('sends the header %j with %j as %s', async (parts, value, expected) => {
    const { requests, fetch } = recordingFetch()
    await callOperation(operationWith({ parameters: [parameterWith(parts)] }), { color: value }, contextWith({ fetch }))
    expect(requests[0]?.headers['color']).toBe(expected)
  })

  const cookies: [Partial<HttpParameter>, unknown, string][] = [
    [{ in: 'cookie' }, 'a; b', 'color=a%3B%20b'],
    [{ in: 'cookie' }, list, 'color=blue; color=black; color=brown'],
    [{ in: 'cookie', explode: false }, list, 'color=blue,black,brown'],
    [{ in: 'cookie', explode: false }, record, 'color=R,100,G,200,B,150'],
  ]
  it.each(cookies)('sends the cookie %j with %j as %s', async (parts, value, expected) => {
    const { requests, fetch } = recordingFetch()
    await callOperation(operationWith({ parameters: [parameterWith(parts)] }), { color: value }, contextWith({ fetch }))
    expect(requests[0]?.headers['cookie']).toBe(expected)
  })

  it('refuses a line break in a header and sends nothing', async () => {
    const { requests, fetch } = recordingFetch()
    const operation = operationWith({ parameters: [parameterWith({ in: 'header' })] })
    const result = await callOperation(operation, { color: 'a\r\nx-evil: 1' }, contextWith({ fetch }))
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('Argument "color"') }] })
    expect(requests).toEqual([])
  })
})
