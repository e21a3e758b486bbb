import { create, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
/** Descriptions that are small to write and large to read, by name. Made when asked for: some have tens of megabytes. */
export const bombs: Readonly<Record<string, () => string>> = {
  'YAML aliases that multiply': () => `openapi: 3.1.0\nl0: &l0 [x]\n${times(9, multiply)}paths: {}\n`,
  'YAML aliases in schemas': () =>
    `openapi: 3.1.0\nl0: &l0 {}\n${times(200, (level) => `l${level + 1}: &l${level + 1} {allOf: [*l${level}, *l${level}]}\n`)}paths: {}\n`,
  'a YAML alias that contains itself': () => 'openapi: 3.1.0\npaths: &a\n  /a: *a\n',
  'YAML merges that multiply': () =>
    `openapi: 3.1.0\nm: &m {${list(5_000, (index) => `k${index}: 1`).join(', ')}}\nx:\n${'  - {<<: *m}\n'.repeat(5_000)}paths: {}\n`,
  'YAML with 195,000 anchors': () =>
    `openapi: 3.1.0\nx:\n${times(195_000, (index) => `  - &a${index} 1\n`)}paths: {}\n`,
  'as many lines of YAML as are read': () =>
    `openapi: 3.1.0\npaths: { /a: { get: { responses: {} } } }\nx:\n${'  - a: 1\n'.repeat(199_990)}`,
  'YAML nested 100,000 deep': () => `openapi: 3.1.0\npaths: ${'['.repeat(100_000)}`,
  'JSON nested 100,000 deep': () => nested('[', ']', 100_000),
  'JSON nested 5,000,000 deep': () => nested('[', ']', 5_000_000),
  'schemas nested 100,000 deep': () => nested('{"allOf":[', ']}', 100_000),
  'allOf that doubles 40 times': () => doubling('allOf'),
  'anyOf that doubles 40 times': () => doubling('anyOf'),
  'oneOf that doubles 40 times': () => doubling('oneOf'),
  'a schema that holds itself': () =>
    describeApi({
      paths: onePost({ $ref: '#/components/schemas/A' }),
      components: {
        schemas: { A: { allOf: [{ $ref: '#/components/schemas/A' }], items: { $ref: '#/components/schemas/A' } } },
      },
    }),
  'an enum of a million values': () =>
    describeApi({
      paths: oneGet([{ name: 'x', in: 'query', schema: { enum: list(1_000_000, (index) => `value${index}`) } }]),
    }),
  '200,000 paths': () =>
    describeApi({ paths: Object.fromEntries(list(200_000, (index) => [`/p${index}`, { get: {} }])) }),
  '200,000 parameters': () =>
    describeApi({ paths: oneGet(list(200_000, (index) => ({ name: `p${index}`, in: 'query' }))) }),
  '100,000 ways to log in': () =>
    describeApi({ security: list(100_000, (index) => ({ [`s${index}`]: [] })), paths: oneGet([]) }),
  '500,000 tags': () => describeApi({ paths: { '/a': { get: { tags: list(500_000, (index) => `t${index}`) } } } }),
  '3,000,000 small objects': () => describeApi({ paths: oneGet([]), x: list(3_000_000, () => ({ a: 1 })) }),
  'a million lines of YAML': () => `openapi: 3.1.0\npaths: {}\nx:\n${'  - a: 1\n'.repeat(1_000_000)}`,
  'a GraphQL description of 31 MB': () => `type Query { """${'y'.repeat(31_000_000)}""" start: Int }\n`,
  'a text of 31 MB': () => describeApi({ paths: oneGet([]), x: 'y'.repeat(31_000_000) }),
  'GraphQL types that all refer to each other': () =>
    `type Query { start: T0 }\n${times(200, (type) => `type T${type} { ${list(60, (other) => `t${other}: T${other}`).join(' ')} }\n`)}`,
  'GraphQL types that double through unions': () =>
    `type Query { start: U0 }\n${times(40, (level) => `type A${level} { a: U${level + 1} }\ntype B${level} { b: U${level + 1} }\nunion U${level} = A${level} | B${level}\n`)}type A40 { a: Int }\nunion U40 = A40\n`,
  'GraphQL inputs that all refer to each other': () =>
    `type Query { start(in: I0): Int }\n${times(200, (type) => `input I${type} { ${list(60, (other) => `i${other}: I${other}`).join(' ')} }\n`)}`,
  'GraphQL inputs nested 5,000 deep': () =>
    `type Query { start(in: I0): Int }\n${times(5_000, (level) => `input I${level} { a: I${level + 1} b: I${level + 1} }\n`)}input I5000 { a: Int }\n`,
  'a GraphQL type of 100,000 fields': () =>
    `type Query { start: Big }\ntype Big { ${list(100_000, (index) => `f${index}: Int`).join(' ')} }\n`,
  'as many GraphQL enum values as are read': () =>
    `type Query { start: E }\nenum E { ${list(199_980, (index) => `V${index}`).join(' ')} }\n`,
  'as many GraphQL input fields as are read': () =>
    `type Query { start(in: I): Int }\ninput I { ${list(66_650, (index) => `a${index}: Int`).join(' ')} }\n`,
  'as many GraphQL queries as are read': () =>
    `type Query { ${list(8_000, (index) => `q${index}(a: Int b: Int c: String): Int`).join(' ')} }\n`,
  'a GraphQL default of 100,000 wrong values': () => `type Query { start(in: Int = [${'a '.repeat(100_000)}]): Int }\n`,
  '30,000 GraphQL queries': () => `type Query { ${list(30_000, (index) => `q${index}: Int`).join(' ')} }\n`,
  '500,000 GraphQL types': () =>
    `type Query { a: Int }\n${times(250_000, (index) => `scalar S${index}\nscalar Z${index}\n`)}`,
  'a GraphQL list nested 100,000 deep': () => `type Query { start: ${'['.repeat(100_000)}Int${']'.repeat(100_000)} }\n`,
  'a GraphQL default nested 100,000 deep': () =>
    `type Query { start(in: Int = ${'['.repeat(100_000)}${']'.repeat(100_000)}): Int }\n`,
  'introspection whose types are nested 100,000 deep': () =>
    `{"__schema":{"queryType":{"name":"Query"},"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","args":[],"type":${'{"kind":"LIST","ofType":'.repeat(100_000)}{"kind":"SCALAR","name":"Int"}${'}'.repeat(100_000)}}]}]}}`,
  'a WSDL with entities that multiply': () =>
    `<!DOCTYPE x [${times(20, (level) => `<!ENTITY l${level + 1} "&l${level};&l${level};">`)}]>${wsdl('&l20;')}`,
  'a WSDL nested 100,000 deep': () => wsdl(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`),
  'a WSDL of a million elements': () => wsdl('<a/>'.repeat(1_000_000)),
  'a WSDL of 400,000 attributes': () => wsdl(`<a ${times(400_000, (index) => `b${index}="" `)}/>`),
  'groups of a WSDL that double 40 times': () =>
    wsdl(
      times(
        40,
        (level) =>
          `<x:group name="g${level}"><x:sequence><x:group ref="t:g${level + 1}"/><x:group ref="t:g${level + 1}"/></x:sequence></x:group>`,
      ) + '<x:group name="g40"><x:sequence><x:element name="e"/></x:sequence></x:group>',
      '<x:group ref="t:g0"/>',
    ),
  'types of a WSDL that all refer to each other': () =>
    wsdl(
      times(
        200,
        (type) =>
          `<x:complexType name="T${type}"><x:sequence>${list(60, (other) => `<x:element name="e${other}" type="t:T${other}"/>`).join('')}</x:sequence></x:complexType>`,
      ),
      '<x:sequence><x:element name="a" type="t:T0"/></x:sequence>',
    ),
  'types of a WSDL that extend each other in a circle': () =>
    wsdl(
      list(
        2,
        (index) =>
          `<x:complexType name="T${index}"><x:complexContent><x:extension base="t:T${1 - index}"/></x:complexContent></x:complexType>`,
      ).join(''),
      '<x:sequence><x:element name="a" type="t:T0"/></x:sequence>',
    ),
  'a type of a WSDL with 20,000 others derived from it': () =>
    wsdl(
      `<x:complexType name="B" abstract="true"/>${times(20_000, (index) => `<x:complexType name="D${index}"><x:complexContent><x:extension base="t:B"/></x:complexContent></x:complexType>`)}`,
      '<x:sequence><x:element name="a" type="t:B"/></x:sequence>',
    ),
  'messages of a .proto nested 100,000 deep': () =>
    `syntax = "proto3"; service S { rpc Do(M) returns (M); } ${'message M {'.repeat(100_000)}${'}'.repeat(100_000)}`,
  'messages of a .proto that all refer to each other': () =>
    `syntax = "proto3"; service S { rpc Do(M0) returns (M0); } ${times(300, (type) => `message M${type} { ${list(300, (other) => `M${other} f${other} = ${other + 1};`).join(' ')} }\n`)}`,
  'a .proto with 100,000 fields': () =>
    `syntax = "proto3"; service S { rpc Do(M) returns (M); } message M { ${list(100_000, (index) => `int32 f${index} = ${index + 1};`).join(' ')} }`,
  'a FileDescriptorSet with 20,000 fields': () => setOfFields(20_000),
  'a .proto of 200,000 lines without a word': () => `syntax = "proto3";${'\n'.repeat(200_000)}service S {`,
  'a name of 5 MB': () =>
    describeApi({ paths: { [`/${'{'.repeat(5_000_000)}`]: { get: { operationId: 'b'.repeat(5_000_000) } } } }),
}

/** A WSDL of one operation, with more in its schema and in the type of its input. */
function wsdl(schema: string, content = ''): string {
  return `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t"><types><x:schema targetNamespace="urn:t">${schema}<x:element name="In"><x:complexType>${content}</x:complexType></x:element></x:schema></types><message name="M"><part name="p" element="t:In"/></message><portType name="P"><operation name="Do"><input message="t:M"/></operation></portType><binding name="B" type="t:P"><s:binding/><operation name="Do"><s:operation/><input><s:body use="literal"/></input></operation></binding></definitions>`
}

function times(count: number, line: (level: number) => string): string {
  return list(count, line).join('')
}

function multiply(level: number): string {
  return `l${level + 1}: &l${level + 1} [${list(9, () => `*l${level}`).join(', ')}]\n`
}

function list<Item>(length: number, item: (index: number) => Item): Item[] {
  return Array.from({ length }, (_, index) => item(index))
}

function describeApi(parts: object): string {
  const base = {
    openapi: '3.1.0',
    info: { title: 'Bomb', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
  }
  return JSON.stringify({ ...base, ...parts })
}

function oneGet(parameters: readonly object[]): object {
  return { '/a': { get: { parameters, responses: {} } } }
}

function onePost(schema: object): object {
  const content = { 'application/json': { schema } }
  const form = { 'multipart/form-data': { schema } }
  const responses = { '200': { description: 'ok', content } }
  return {
    '/a': { post: { requestBody: { content }, responses } },
    '/b': { post: { requestBody: { content: form }, responses } },
  }
}

function nested(open: string, close: string, depth: number): string {
  return describeApi({ paths: onePost({ here: 0 }) }).replaceAll('{"here":0}', () => {
    return `${open.repeat(depth)}{}${close.repeat(depth)}`
  })
}

const next = (level: number) => ({ $ref: `#/components/schemas/S${level + 1}` })

function doubling(keyword: string): string {
  const schemas = list(40, (level) => [
    `S${level}`,
    { [keyword]: [next(level), next(level), { properties: { [`p${level}`]: next(level) } }] },
  ])
  return describeApi({
    paths: onePost({ $ref: '#/components/schemas/S0' }),
    components: { schemas: { ...Object.fromEntries(schemas), S40: { type: 'string' } } },
  })
}

function setOfFields(count: number): string {
  const field = list(count, (index) => ({ name: `f${index}`, number: index + 1, type: 5, label: 1 }))
  const service = [{ name: 'S', method: [{ name: 'Do', inputType: '.M', outputType: '.M' }] }]
  const file = [{ name: 'a.proto', syntax: 'proto3', messageType: [{ name: 'M', field }], service }]
  return Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }))).toString('base64')
}
