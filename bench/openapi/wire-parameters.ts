// What parameters are sent, and what must arrive of them. OpenAPI 3.1.1, section 4.8.12.4

const text = 'blue'
const list = ['blue', 'black', 'brown']
const record = { R: 100, G: 200, B: 150 }
/** The schemas of lists and objects; texts have none here. */
export const schemas = new Map<unknown, object>([
  [list, { type: 'array', items: { type: 'string' } }],
  [record, { type: 'object', properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } } }],
])

/** Every row of the table, by place, style, explode and type; then what must be escaped or left as it is. */
export const parameterRows: [place: string, style: string, explode: boolean, value: unknown, arrives: string][] = [
  ['path', 'simple', false, text, '/blue'],
  ['path', 'simple', true, text, '/blue'],
  ['path', 'simple', false, list, '/blue,black,brown'],
  ['path', 'simple', true, list, '/blue,black,brown'],
  ['path', 'simple', false, record, '/R,100,G,200,B,150'],
  ['path', 'simple', true, record, '/R=100,G=200,B=150'],
  ['path', 'label', false, text, '/.blue'],
  ['path', 'label', true, text, '/.blue'],
  ['path', 'label', false, list, '/.blue,black,brown'],
  ['path', 'label', true, list, '/.blue.black.brown'],
  ['path', 'label', false, record, '/.R,100,G,200,B,150'],
  ['path', 'label', true, record, '/.R=100.G=200.B=150'],
  ['path', 'matrix', false, text, '/;color=blue'],
  ['path', 'matrix', true, text, '/;color=blue'],
  ['path', 'matrix', false, list, '/;color=blue,black,brown'],
  ['path', 'matrix', true, list, '/;color=blue;color=black;color=brown'],
  ['path', 'matrix', false, record, '/;color=R,100,G,200,B,150'],
  ['path', 'matrix', true, record, '/;R=100;G=200;B=150'],
  ['path', 'simple', false, 'a/b c', '/a%2Fb%20c'],
  ['query', 'form', false, text, '?color=blue'],
  ['query', 'form', true, text, '?color=blue'],
  ['query', 'form', false, list, '?color=blue,black,brown'],
  ['query', 'form', true, list, '?color=blue&color=black&color=brown'],
  ['query', 'form', false, record, '?color=R,100,G,200,B,150'],
  ['query', 'form', true, record, '?R=100&G=200&B=150'],
  ['query', 'spaceDelimited', false, list, '?color=blue%20black%20brown'],
  // With explode it is written as form is (OpenAPI 3.0.3, section 4.7.12.5: the same as collectionFormat multi).
  ['query', 'spaceDelimited', true, list, '?color=blue&color=black&color=brown'],
  ['query', 'spaceDelimited', false, record, '?color=R%20100%20G%20200%20B%20150'],
  ['query', 'pipeDelimited', false, list, '?color=blue%7Cblack%7Cbrown'],
  ['query', 'pipeDelimited', true, list, '?color=blue&color=black&color=brown'],
  ['query', 'pipeDelimited', false, record, '?color=R%7C100%7CG%7C200%7CB%7C150'],
  ['query', 'deepObject', true, record, '?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  ['query', 'form', true, 'a b&c=d', '?color=a%20b%26c%3Dd'],
  ['query', 'form', true, 'grün', '?color=gr%C3%BCn'],
  ['header', 'simple', false, text, 'blue'],
  ['header', 'simple', true, text, 'blue'],
  ['header', 'simple', false, list, 'blue,black,brown'],
  ['header', 'simple', true, list, 'blue,black,brown'],
  ['header', 'simple', false, record, 'R,100,G,200,B,150'],
  ['header', 'simple', true, record, 'R=100,G=200,B=150'],
  ['cookie', 'form', false, text, 'color=blue'],
  ['cookie', 'form', true, text, 'color=blue'],
  ['cookie', 'form', false, list, 'color=blue,black,brown'],
  ['cookie', 'form', true, list, 'color=blue; color=black; color=brown'],
  ['cookie', 'form', false, record, 'color=R,100,G,200,B,150'],
  ['cookie', 'form', true, record, 'R=100; G=200; B=150'],
]

const openUrl = 'https://b.example/x?y=[1]'
const asJson = { 'application/json': { schema: schemas.get(record) } }

/** Parameter objects that no row of the table says. */
export const otherParameters: [parameter: Record<string, unknown>, value: unknown, arrives: string][] = [
  [{ in: 'query', allowReserved: true, schema: { type: 'string' } }, openUrl, '?color=https://b.example/x?y=[1]'],
  [{ in: 'query', allowEmptyValue: true, schema: { type: 'string' } }, '', '?color='],
  [{ in: 'query', content: asJson }, record, '?color=%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D'],
  [{ in: 'path', required: true, content: asJson }, record, '/%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D'],
  [{ in: 'header', content: asJson }, record, '{"R":100,"G":200,"B":150}'],
  [{ in: 'cookie', content: asJson }, record, 'color=%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D'],
]
