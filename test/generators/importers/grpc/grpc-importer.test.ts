import { create, toBinary } from '@bufbuild/protobuf'
import { FieldDescriptorProto_Type, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { WireType } from '@bufbuild/protobuf/wire'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { describe, expect, it } from 'vitest'
import { grpcImporter } from '../../../../generators/importers/grpc/grpc-importer.ts'
import { messagesOf } from '../../../../runtime/library/grpc/messages.ts'
import type { ApiOperation } from '../../../../src/model/api-importer.ts'
import { fixtureText, operationNamed } from '../read-fixture.ts'

const SERVICE = 'service S { rpc Do(In) returns (Out); } message Out {}'

async function readDo(text: string, options = {}): Promise<ApiOperation> {
  return operationNamed(await grpcImporter.read(text, options), 'do_op')
}

/** The arguments after a way to bytes and back. */
function sentAndRead({ call }: ApiOperation, value: unknown): unknown {
  if (call.protocol?.kind !== 'grpc') throw new Error('It is no gRPC.')
  const messages = messagesOf(call.protocol.descriptor)
  return messages.decode(call.protocol.input, messages.encode(call.protocol.input, value))
}

describe('a .proto description', () => {
  it('names where each method comes from, what it does, and what is left out', async () => {
    const api = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: 'https://desk.example/api/' })
    expect(api.operations.map(({ name, effect, call }) => `${name} ${effect} ${call.path}`)).toEqual([
      'lend_item write /api/desk.v1.Desk/LendItem',
      'look_up read /api/desk.v1.Desk/LookUp',
      'settle delete /api/desk.v1.Desk/Settle',
      'peek read /api/desk.v1.Desk/Peek',
      'watch_loans read /api/desk.v1.Desk/WatchLoans',
    ])
    expect(api.skipped).toEqual([
      { pointer: '/desk.v1.Desk/Upload', reason: 'its client streams: a call has one request' },
      { pointer: '/desk.v1.Desk/Talk', reason: 'its client streams: a call has one request' },
      { pointer: '/desk.v1.Desk/Broken', reason: 'the message "Missing" is not defined' },
    ])
  })

  it.each([
    ['https://a.example', 'connect', 'https://a.example'],
    ['http://a.example:81/x', 'connect', 'http://a.example:81'],
    ['grpc-web+https://a.example', 'grpc-web', 'https://a.example'],
    ['grpcs://a.example:443', 'grpc', 'https://a.example'],
    ['grpc://a.example:50051', 'grpc', 'http://a.example:50051'],
  ])('goes to %s by %s', async (baseUrl, wire, url) => {
    const { call } = await readDo(`${SERVICE} message In {}`, { baseUrl })
    expect(call).toMatchObject({ protocol: { wire }, servers: [{ url }] })
  })

  it.each([undefined, 'ftp://a.example', 'desk.example'])('wants an address in the place of %s', async (baseUrl) => {
    const options = baseUrl === undefined ? {} : { baseUrl }
    const { operations, skipped } = await grpcImporter.read(`${SERVICE} message In {}`, options)
    expect(operations[0]?.call.servers).toEqual([])
    expect(skipped[0]?.reason).toContain('base_url')
  })

  it('may be several files, and what they import beside them or further up', async () => {
    const first = `syntax = "proto3"; package a; import "common/in.proto"; ${SERVICE.replace('(In)', '(b.In)')}`
    const second = 'syntax = "proto3"; package b; message In { string x = 1; }'
    const together = JSON.stringify({ 'a/s.proto': first, 'common/in.proto': second })
    expect(grpcImporter.recognizes(together)).toBe(true)
    expect(Object.keys(Object((await readDo(together)).inputSchema.properties))).toEqual(['x'])
    const loadReference = async (url: string) =>
      url === 'https://h.example/common/in.proto' ? second : Promise.reject(new Error('none'))
    const options = { origin: 'https://h.example/a/s.proto', loadReference }
    expect(Object.keys(Object((await readDo(first, options)).inputSchema.properties))).toEqual(['x'])
    const { operations, skipped } = await grpcImporter.read(first, {})
    expect(operations).toEqual([])
    expect(skipped.map(({ pointer }) => pointer)).toEqual(['/', '/common/in.proto', '/a.S/Do'])
  })

  it('may be a set of descriptors in base64', async () => {
    const root = protobuf.parse(`syntax = "proto3"; package a; ${SERVICE} message In { int64 some_number = 1; }`).root
    root.resolveAll()
    const set = descriptor.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish()
    const text = Buffer.from(set).toString('base64')
    expect(grpcImporter.recognizes(text)).toBe(true)
    expect(sentAndRead(await readDo(text), { someNumber: '5' })).toEqual({ someNumber: '5' })
  })

  it('leaves texts and far types out of a schema that would be too large for clients', async () => {
    const fields = Array.from({ length: 100 }, (_, index) => `// ${'word '.repeat(50)}\nFar f${index} = ${index + 1};`)
    const far = 'message Far { Farther a = 1; } message Farther { string b = 1; }'
    const { inputSchema } = await readDo(`syntax = "proto3"; ${SERVICE} ${far} message In { ${fields.join('\n')} }`)
    expect(JSON.stringify(inputSchema).length).toBeLessThan(19_000)
    expect(inputSchema).toMatchObject({ properties: { f99: { $ref: '#/$defs/Far' } }, $defs: { Farther: {} } })
  })

  it('keeps comments and HTTP forms that stand in a set of descriptors', async () => {
    const rule = { no: 72_295_728, wireType: WireType.LengthDelimited, data: new Uint8Array([4, 0x2a, 2, 0x2f, 0x78]) }
    const file = create(FileDescriptorProtoSchema, {
      name: 'a.proto',
      syntax: 'proto3',
      messageType: [
        { name: 'In', field: [{ name: 'x', number: 1, type: FieldDescriptorProto_Type.STRING, jsonName: 'x' }] },
      ],
      service: [{ name: 'S', method: [{ name: 'Do', inputType: '.In', outputType: '.In', options: {} }] }],
      sourceCodeInfo: {
        location: [
          { path: [6, 0, 2, 0], leadingComments: ' Does it.\n' },
          { path: [4, 0, 2, 0], trailingComments: ' How.\n' },
        ],
      },
    })
    const [method] = file.service[0]?.method ?? []
    if (method?.options) method.options.$unknown = [rule]
    const set = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }))
    const operation = await readDo(Buffer.from(set).toString('base64'))
    expect(operation).toMatchObject({ description: 'Does it.', effect: 'delete' })
    expect(operation.inputSchema).toMatchObject({ properties: { x: { description: 'How.' } } })
  })

  it('keeps what proto2 and editions say of fields', async () => {
    const message =
      'message In { required int32 a = 1; optional E e = 2 [default = B]; repeated group G = 3 { optional int32 q = 1; } extensions 100 to 200; } enum E { B = 1; C = 2; }'
    const proto2 = await readDo(`syntax = "proto2"; ${SERVICE} ${message}`)
    expect(proto2.inputSchema).toMatchObject({ required: ['a'] })
    expect(sentAndRead(proto2, { a: 0, e: 'C', g: [{ q: 1 }] })).toEqual({ a: 0, e: 'C', g: [{ q: 1 }] })
    expect(() => sentAndRead(proto2, { e: 'C' })).toThrow('The arguments are no In')
    const edition = await readDo(
      `edition = "2023"; ${SERVICE} message In { string a = 1; string b = 2 [features.field_presence = IMPLICIT]; }`,
    )
    expect(sentAndRead(edition, { a: '', b: '' })).toEqual({ a: '', b: '' })
    expect(sentAndRead(edition, {})).toEqual({ b: '' })
  })

  it.each([
    ['syntax = "proto3"; message A {}', 'no service'],
    ['syntax = "proto3"; service S { rpc', 'no description of gRPC services: the description:'],
  ])('is refused when nothing can be called: %s', async (text, problem) => {
    await expect(grpcImporter.read(text, {})).rejects.toThrow(problem)
  })

  it.each([fixtureText('shop.graphql'), fixtureText('desk.wsdl'), fixtureText('library.yaml'), '{}', 'C'.repeat(50)])(
    'is no description of another kind',
    (text) => {
      expect(grpcImporter.recognizes(text)).toBe(false)
    },
  )
})
