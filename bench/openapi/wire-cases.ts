import { otherParameters, parameterRows, schemas } from './wire-parameters.ts'

/** One operation, called once, and what must arrive. Parameters: OpenAPI 3.1.1, section 4.8.12.4. */
export interface WireCase {
  readonly id: string
  readonly method: 'get' | 'post'
  /** What follows `/<id>` in the path template. */
  readonly tail: string
  /** The operation object, without id and responses. */
  readonly operation: Readonly<Record<string, unknown>>
  /** What stands in the path item beside it. */
  readonly item?: Readonly<Record<string, unknown>>
  readonly parameters: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly expected: {
    /** What stands before `/<id>` in the request's target; nothing by default. */
    readonly prefix?: string
    /** What follows `/<id>` in the request's target, to the byte. */
    readonly url?: string
    /** `undefined` for a header that must not be there. */
    readonly headers?: Readonly<Record<string, string>>
    /** The whole body. */
    readonly body?: string
    /** What a body with a boundary must hold. */
    readonly bodyHolds?: readonly string[]
  }
}

const bodyRows: [media: string, schema: object, body: unknown, expected: WireCase['expected']][] = [
  ['application/json', { type: 'object', properties: { a: { type: 'integer' } } }, { a: 1 }, { body: '{"a":1}' }],
  ['application/json', { type: 'array', items: { type: 'integer' } }, [1, 2], { body: '[1,2]' }],
  [
    'application/x-www-form-urlencoded',
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'string' } } } },
    { a: 'x y', b: ['1', '2'] },
    { body: 'a=x+y&b=1&b=2', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  [
    'multipart/form-data',
    { type: 'object', properties: { note: { type: 'string' }, more: { type: 'object', properties: {} } } },
    { note: 'hi', more: { a: 1 } },
    { bodyHolds: ['name="note"\r\n', '\r\n\r\nhi\r\n', 'name="more"', 'application/json', '{"a":1}'] },
  ],
  [
    'application/merge-patch+json',
    { type: 'object', properties: { a: { type: 'integer' } } },
    { a: 1 },
    { body: '{"a":1}', headers: { 'content-type': 'application/merge-patch+json' } },
  ],
  ['application/json', { type: 'string' }, 'words', { body: '"words"' }],
  [
    'application/x-www-form-urlencoded',
    { type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'integer' } } } } },
    { a: { b: 1 } },
    { body: 'a=%7B%22b%22%3A1%7D' },
  ],
  [
    'multipart/form-data',
    { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
    { file: { base64: 'AAEC', filename: 'a.bin', mediaType: 'application/x-a' } },
    { bodyHolds: ['name="file"; filename="a.bin"\r\nContent-Type: application/x-a\r\n\r\n\u0000\u0001\u0002\r\n'] },
  ],
  [
    'multipart/form-data',
    { type: 'object', properties: { files: { type: 'array', items: { type: 'string', format: 'binary' } } } },
    {
      files: [
        { base64: 'YQ==', filename: 'a.txt' },
        { base64: 'Yg==', filename: 'b.txt' },
      ],
    },
    { bodyHolds: ['filename="a.txt"', '\r\n\r\na\r\n', 'filename="b.txt"', '\r\n\r\nb\r\n'] },
  ],
  [
    'application/octet-stream',
    { type: 'string', format: 'binary' },
    { base64: 'AAEC' },
    { body: '\u0000\u0001\u0002', headers: { 'content-type': 'application/octet-stream' } },
  ],
  [
    'image/png',
    { type: 'string', format: 'binary' },
    { base64: 'iVBORw==' },
    { headers: { 'content-type': 'image/png', 'content-length': '4' } },
  ],
  [
    'application/xml',
    {
      type: 'object',
      xml: { name: 'pet' },
      properties: {
        id: { type: 'integer', xml: { attribute: true } },
        tag: { type: 'array', items: { type: 'string' }, xml: { wrapped: true, name: 'tags' } },
      },
    },
    { id: 7, tag: ['a', 'b'] },
    { bodyHolds: ['<pet id="7"><tags>', 'a</', 'b</', '</tags></pet>'] },
  ],
  ['text/plain', { type: 'string' }, 'plain words', { body: 'plain words', headers: { 'content-type': 'text/plain' } }],
]

const securityRows: [scheme: object, expected: WireCase['expected']][] = [
  [{ type: 'http', scheme: 'bearer' }, { headers: { authorization: 'Bearer secret' } }],
  [{ type: 'http', scheme: 'basic' }, { headers: { authorization: `Basic ${btoa('user:secret')}` } }],
  [{ type: 'apiKey', in: 'header', name: 'X-Key' }, { headers: { 'x-key': 'secret' } }],
  [{ type: 'apiKey', in: 'query', name: 'key' }, { url: '?key=secret' }],
  [{ type: 'apiKey', in: 'cookie', name: 'sid' }, { headers: { cookie: 'sid=secret' } }],
]

export const securitySchemes = Object.fromEntries(securityRows.map(([scheme], index) => [`scheme${index}`, scheme]))

const schemeName = (index: number) => `scheme${index}`

/** Security: both of two, either of two, none. A server of the operation, and of its path. */
const otherCases: Omit<WireCase, 'id' | 'parameters'>[] = [
  {
    method: 'get',
    tail: '',
    operation: { security: [{ [schemeName(0)]: [], [schemeName(2)]: [] }] },
    expected: { headers: { authorization: 'Bearer secret', 'x-key': 'secret' } },
  },
  {
    method: 'get',
    tail: '',
    operation: { security: [{ [schemeName(2)]: [] }, { [schemeName(3)]: [] }] },
    expected: { url: '', headers: { 'x-key': 'secret' } },
  },
  { method: 'get', tail: '', operation: { security: [] }, expected: { headers: { authorization: 'undefined' } } },
  { method: 'get', tail: '', operation: { servers: [{ url: '{base}/v2' }] }, expected: { prefix: '/v2' } },
  { method: 'get', tail: '', operation: {}, item: { servers: [{ url: '{base}/v3' }] }, expected: { prefix: '/v3' } },
  {
    method: 'get',
    tail: '',
    operation: { servers: [{ url: '{base}/{v}', variables: { v: { default: 'v4' } } }] },
    expected: { prefix: '/v4' },
  },
]

export const wireCases: readonly WireCase[] = [
  ...parameterRows.map(([place, style, explode, value, arrives], index): WireCase => {
    const name = place === 'header' ? 'X-Color' : 'color'
    const schema = schemas.get(value) ?? { type: 'string' }
    const header = place === 'header' ? 'x-color' : 'cookie'
    return {
      id: `param${index}`,
      method: 'get',
      tail: place === 'path' ? '/{color}' : '',
      operation: { parameters: [{ name, in: place, style, explode, schema, required: place === 'path' }] },
      parameters: { [name]: value },
      expected: place === 'path' || place === 'query' ? { url: arrives } : { headers: { [header]: arrives } },
    }
  }),
  ...otherParameters.map(([parameter, value, arrives], index): WireCase => {
    const place = String(parameter.in)
    const name = place === 'header' ? 'X-Color' : 'color'
    const isInUrl = place === 'path' || place === 'query'
    return {
      id: `other${index}`,
      method: 'get',
      tail: place === 'path' ? '/{color}' : '',
      operation: { parameters: [{ name, ...parameter }] },
      parameters: { [name]: value },
      expected: isInUrl ? { url: arrives } : { headers: { [place === 'header' ? 'x-color' : 'cookie']: arrives } },
    }
  }),
  ...bodyRows.map(([media, schema, body, expected], index): WireCase => ({
    id: `body${index}`,
    method: 'post',
    tail: '',
    operation: { requestBody: { required: true, content: { [media]: { schema } } } },
    parameters: {},
    body,
    expected,
  })),
  ...securityRows.map(([, expected], index): WireCase => ({
    id: `secure${index}`,
    method: 'get',
    tail: '',
    operation: { security: [{ [`scheme${index}`]: [] }] },
    parameters: {},
    expected,
  })),
  ...otherCases.map((each, index): WireCase => ({ id: `more${index}`, parameters: {}, ...each })),
]

/** All cases as one description, served at `baseUrl`, which `{base}` stands for in the servers of a case. */
export function wireDescription(baseUrl: string): object {
  const paths = wireCases.map(({ id, method, tail, operation, item = {} }) => [
    `/${id}${tail}`,
    { ...item, [method]: { operationId: id, summary: id, ...operation, responses: { 200: { description: 'ok' } } } },
  ])
  const description = {
    openapi: '3.0.3',
    info: { title: 'Wire', version: '1' },
    servers: [{ url: baseUrl }],
    paths: Object.fromEntries(paths),
    components: { securitySchemes },
  }
  return JSON.parse(JSON.stringify(description).replaceAll('{base}', baseUrl))
}
