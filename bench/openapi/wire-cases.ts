/** One operation, called once, and what must arrive. Parameters: OpenAPI 3.1.1, section 4.8.12.4. */
export interface WireCase {
  readonly id: string
  readonly method: 'get' | 'post'
  /** What follows `/<id>` in the path template. */
  readonly tail: string
  /** The operation object, without id and responses. */
  readonly operation: Readonly<Record<string, unknown>>
  readonly parameters: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly expected: {
    /** What follows `/<id>` in the request's target, to the byte. */
    readonly url?: string
    readonly headers?: Readonly<Record<string, string>>
    /** The whole body. */
    readonly body?: string
    /** What a body with a boundary must hold. */
    readonly bodyHolds?: readonly string[]
  }
}

const text = 'blue'
const list = ['blue', 'black', 'brown']
const record = { R: 100, G: 200, B: 150 }
const schemas = new Map<unknown, object>([
  [list, { type: 'array', items: { type: 'string' } }],
  [record, { type: 'object', properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } } }],
])

const parameterRows: [place: string, style: string, explode: boolean, value: unknown, arrives: string][] = [
  ['path', 'simple', false, text, '/blue'],
  ['path', 'simple', false, list, '/blue,black,brown'],
  ['path', 'simple', false, record, '/R,100,G,200,B,150'],
  ['path', 'simple', true, record, '/R=100,G=200,B=150'],
  ['path', 'label', false, text, '/.blue'],
  ['path', 'label', false, list, '/.blue,black,brown'],
  ['path', 'label', true, list, '/.blue.black.brown'],
  ['path', 'label', true, record, '/.R=100.G=200.B=150'],
  ['path', 'matrix', false, text, '/;color=blue'],
  ['path', 'matrix', false, list, '/;color=blue,black,brown'],
  ['path', 'matrix', true, list, '/;color=blue;color=black;color=brown'],
  ['path', 'matrix', true, record, '/;R=100;G=200;B=150'],
  ['path', 'simple', false, 'a/b c', '/a%2Fb%20c'],
  ['query', 'form', true, text, '?color=blue'],
  ['query', 'form', false, list, '?color=blue,black,brown'],
  ['query', 'form', true, list, '?color=blue&color=black&color=brown'],
  ['query', 'form', false, record, '?color=R,100,G,200,B,150'],
  ['query', 'form', true, record, '?R=100&G=200&B=150'],
  ['query', 'spaceDelimited', false, list, '?color=blue%20black%20brown'],
  ['query', 'pipeDelimited', false, list, '?color=blue%7Cblack%7Cbrown'],
  ['query', 'deepObject', true, record, '?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  ['query', 'form', true, 'a b&c=d', '?color=a%20b%26c%3Dd'],
  ['header', 'simple', false, text, 'blue'],
  ['header', 'simple', false, list, 'blue,black,brown'],
  ['header', 'simple', false, record, 'R,100,G,200,B,150'],
  ['header', 'simple', true, record, 'R=100,G=200,B=150'],
  ['cookie', 'form', true, text, 'color=blue'],
  ['cookie', 'form', true, list, 'color=blue; color=black; color=brown'],
]

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
]

/** All cases as one description, served at `baseUrl`. */
export function wireDescription(baseUrl: string): object {
  const paths = wireCases.map(({ id, method, tail, operation }) => [
    `/${id}${tail}`,
    { [method]: { operationId: id, summary: id, ...operation, responses: { 200: { description: 'ok' } } } },
  ])
  return {
    openapi: '3.0.3',
    info: { title: 'Wire', version: '1' },
    servers: [{ url: baseUrl }],
    paths: Object.fromEntries(paths),
    components: { securitySchemes },
  }
}
