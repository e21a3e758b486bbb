import { describe, expect, it } from 'vitest'
import { soapImporter } from '../../../../generators/importers/soap/soap-importer.ts'
import { soapCodec } from '../../../../runtime/library/soap/soap-codec.ts'
import type { ImportedApi, ImportOptions } from '../../../../src/model/api-importer.ts'
import { operationNamed } from '../read-fixture.ts'

const NAMESPACES = [
  'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"',
  'xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" xmlns:p="http://www.w3.org/ns/ws-policy"',
  'targetNamespace="urn:t"',
].join(' ')

interface WsdlParts {
  /** Content of the input's type. */
  readonly input?: string
  readonly schema?: string
  readonly policy?: string
  readonly address?: string
  readonly types?: string
}

/** A WSDL of one operation `Do`, whose input is the element `Do`. */
function wsdlWith({ input = '', schema = '', policy = '', address = 'https://a.example/s', types }: WsdlParts): string {
  const own = `<x:schema targetNamespace="urn:t" elementFormDefault="qualified">${schema}<x:element name="Do"><x:complexType>${input}</x:complexType></x:element></x:schema>`
  return `<definitions ${NAMESPACES}><types>${types ?? own}</types><message name="M"><part name="p" element="t:Do"/></message>
    <portType name="P"><operation name="Do"><input message="t:M"/></operation></portType>
    <binding name="B" type="t:P">${policy}<s:binding/><operation name="Do"><s:operation/><input><s:body use="literal"/></input></operation></binding>
    <service name="S"><port name="B" binding="t:B"><s:address location="${address}"/></port></service></definitions>`
}

async function read(parts: WsdlParts, options: ImportOptions = {}): Promise<ImportedApi> {
  return soapImporter.read(wsdlWith(parts), options)
}

/** The schema of one element `v` of a type. */
async function schemaOf(type: string, schema = '', more = ''): Promise<unknown> {
  const input = `<x:sequence><x:element name="v" type="${type}" ${more}/></x:sequence>`
  const { inputSchema } = operationNamed(await read({ input, schema }), 'do_op')
  return Object(inputSchema.properties).v
}

/** A policy that wants a token. */
function token(inner: string): string {
  return `<p:Policy><p:ExactlyOne><p:All><SupportingTokens><p:Policy>${inner}</p:Policy></SupportingTokens></p:All></p:ExactlyOne></p:Policy>`
}

function restricted(base: string, facets: string): string {
  return `<x:simpleType name="T"><x:restriction base="${base}">${facets}</x:restriction></x:simpleType>`
}

describe('types become JSON Schema', () => {
  it.each([
    ['x:boolean', { type: 'boolean' }],
    ['x:int', { type: 'integer' }],
    ['x:unsignedByte', { type: 'integer', minimum: 0, maximum: 255 }],
    ['x:base64Binary', { type: 'string', contentEncoding: 'base64' }],
    ['x:NMTOKENS', { type: 'array', items: { type: 'string' } }],
  ])('%s', async (type, schema) => {
    expect(await schemaOf(type)).toEqual(schema)
  })

  it.each([
    [
      restricted('x:string', '<x:maxLength value="5"/><x:pattern value="[A-Z]+"/>'),
      { type: 'string', maxLength: 5, pattern: '^[A-Z]+$' },
    ],
    [restricted('x:string', String.raw`<x:pattern value="\i\c*"/>`), { type: 'string' }],
    [restricted('x:string', '<x:pattern value="(a+)+"/>'), { type: 'string' }],
    [
      restricted('x:short', '<x:minExclusive value="0"/>'),
      { type: 'integer', minimum: -32768, maximum: 32767, exclusiveMinimum: 0 },
    ],
    [restricted('x:int', '<x:enumeration value="1"/><x:enumeration value="2"/>'), { enum: [1, 2] }],
    ['<x:simpleType name="T"><x:list itemType="x:int"/></x:simpleType>', { type: 'array', items: { type: 'integer' } }],
    [
      '<x:simpleType name="T"><x:union memberTypes="x:int x:boolean"/></x:simpleType>',
      { type: ['string', 'number', 'boolean'] },
    ],
  ])('%s', async (schema, expected) => {
    expect(await schemaOf('t:T', schema)).toEqual(expected)
  })

  it('says how often and whether an element may be null', async () => {
    expect(await schemaOf('x:string', '', 'nillable="true" minOccurs="2" maxOccurs="3"')).toEqual({
      type: 'array',
      items: { type: ['string', 'null'] },
      minItems: 2,
      maxItems: 3,
    })
  })

  it('refers to types, and to those that hold themselves', async () => {
    const schema =
      '<x:complexType name="Tree"><x:sequence><x:element name="child" type="t:Tree" minOccurs="0" maxOccurs="unbounded"/></x:sequence></x:complexType>'
    const input = '<x:sequence><x:element name="v" type="t:Tree"/></x:sequence>'
    const { inputSchema } = operationNamed(await read({ input, schema }), 'do_op')
    expect(inputSchema.$defs).toEqual({
      Tree: {
        type: 'object',
        properties: { child: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
        additionalProperties: false,
      },
    })
  })

  it('a restriction replaces the content of its base and keeps its attributes', async () => {
    const schema = `<x:complexType name="A"><x:sequence><x:element name="a" type="x:int"/><x:element name="b" type="x:int" minOccurs="0"/></x:sequence><x:attribute name="k"/><x:attribute name="l"/></x:complexType>
      <x:complexType name="R"><x:complexContent><x:restriction base="t:A"><x:sequence><x:element name="a" type="x:int"/></x:sequence><x:attribute name="l" use="prohibited"/></x:restriction></x:complexContent></x:complexType>`
    const input = '<x:sequence><x:element name="v" type="t:R"/></x:sequence>'
    const { inputSchema } = operationNamed(await read({ input, schema }), 'do_op')
    expect(Object.keys(Object(inputSchema).$defs.R.properties)).toEqual(['xsi_type', 'k', 'a'])
  })

  it('elements and attributes of one name have properties of their own', async () => {
    const input =
      '<x:sequence><x:element name="id" type="x:int"/><x:element name="id" type="x:int"/></x:sequence><x:attribute name="id"/>'
    const { inputSchema } = operationNamed(await read({ input }), 'do_op')
    expect(Object.keys(Object(inputSchema.properties))).toEqual(['id', 'id_2', 'id_attribute'])
  })
})

describe('what it is made of', () => {
  it('is read through references alone, relative ones beside it, and takes on the namespace of what includes it', async () => {
    const files: Record<string, string> = {
      'https://a.example/d/types.xsd':
        '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" elementFormDefault="qualified"><x:include schemaLocation="more/plain.xsd"/></x:schema>',
      'https://a.example/d/more/plain.xsd':
        '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"><x:element name="Do"><x:complexType><x:sequence><x:element name="v" type="Own"/></x:sequence></x:complexType></x:element><x:complexType name="Own"/></x:schema>',
    }
    const types = '<x:schema><x:import namespace="urn:t" schemaLocation="types.xsd"/></x:schema>'
    const loadReference = async (url: string) => files[url] ?? Promise.reject(new Error('no such file'))
    const api = await read({ types }, { origin: 'https://a.example/d/s.wsdl', loadReference })
    const { protocol } = operationNamed(api, 'do_op').call
    if (protocol?.kind !== 'soap') throw new Error('It speaks no SOAP.')
    expect(String(soapCodec.write(protocol, { v: {} }, { credentials: [], env: {} }).content)).toContain(
      'xmlns:n2="urn:t"><soap:Body><n2:Do><n2:v/></n2:Do></soap:Body>',
    )
  })

  it('stands for XML where a part of an input is defined nowhere, and is named', async () => {
    const input = '<x:sequence><x:element name="a" type="t:Gone"/><x:element ref="t:lost" minOccurs="0"/></x:sequence>'
    const api = await read({ input })
    const { inputSchema, call } = operationNamed(api, 'do_op')
    expect(inputSchema).toMatchObject({
      properties: { a: { type: 'string' }, lost: { type: 'string' } },
      required: ['a'],
    })
    expect(api.skipped.map(({ reason }) => reason)).toEqual([
      'the type "{urn:t}Gone" is not defined; inputs hold XML, as text, in its place',
      'the element "{urn:t}lost" is not defined; inputs hold XML, as text, in its place',
    ])
    if (call.protocol?.kind !== 'soap') throw new Error('It speaks no SOAP.')
    const { content } = soapCodec.write(call.protocol, { a: '<b/>', lost: 'x' }, { credentials: [], env: {} })
    expect(String(content)).toContain('<n2:Do><n2:a><b/></n2:a><n2:lost>x</n2:lost></n2:Do>')
  })

  it('finds types whose prefix was forgotten', async () => {
    const schema = '<x:complexType name="Own"><x:sequence/></x:complexType>'
    const types = `<x:schema targetNamespace="urn:t" xmlns="">${schema}<x:element name="Do"><x:complexType><x:sequence><x:element name="v" type="Own"/></x:sequence></x:complexType></x:element></x:schema>`
    const { inputSchema } = operationNamed(await read({ types }), 'do_op')
    expect(inputSchema.$defs).toHaveProperty('Own')
  })

  it('costs one operation when it is missing, and is named', async () => {
    const types = '<x:schema><x:import namespace="urn:t" schemaLocation="https://b.example/t.xsd"/></x:schema>'
    const api = await read({ types }, { loadReference: () => Promise.reject(new Error('not on its own host')) })
    expect(api.operations).toEqual([])
    expect(api.skipped.map(({ reason }) => reason)).toEqual([
      '"https://b.example/t.xsd" could not be read: not on its own host; what it defines is missing',
      'the element "{urn:t}Do" is not defined',
    ])
  })

  it.each([
    ['<description xmlns="http://www.w3.org/ns/wsdl"/>', 'WSDL 2.0'],
    ['<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">', 'not well-formed'],
    ['<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"></definitions>', 'no service, binding and operation'],
    ['<!DOCTYPE a><definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', 'document type'],
  ])('is refused when it cannot be read: %s', async (text, problem) => {
    expect(soapImporter.recognizes(text)).toBe(true)
    await expect(soapImporter.read(text, {})).rejects.toThrow(problem)
  })
})

describe('where it goes and what it asks for', () => {
  it.each([
    [undefined, 'https://a.example', '/s'],
    ['https://b.example', 'https://b.example', '/s'],
    ['https://b.example/other?x=1', 'https://b.example', '/other?x=1'],
  ])('base_url %s', async (baseUrl, url, path) => {
    const { call } = operationNamed(await read({}, baseUrl === undefined ? {} : { baseUrl }), 'do_op')
    expect(call).toMatchObject({ servers: [{ url }], path })
  })

  it('wants an address when there is none', async () => {
    const api = await read({ address: 'jms:queue' })
    expect(api.operations).toHaveLength(1)
    expect(api.skipped[0]?.reason).toContain('base_url')
  })

  it('needs a login by WS-Security when its policy says so', async () => {
    const { call } = operationNamed(await read({ policy: token('<UsernameToken/>') }), 'do_op')
    expect(call.security).toEqual([['A_EXAMPLE_WSSE']])
  })

  it.each([
    ['<UsernameToken><p:Policy><HashPassword/></p:Policy></UsernameToken>', 'password digest'],
    ['<X509Token/>', 'only a client of WS-Security'],
    ['<Addressing/>', 'WS-Addressing'],
  ])('is skipped when it demands %s', async (demand, reason) => {
    const api = await read({ policy: token(demand) })
    expect(api.skipped[0]).toMatchObject({
      pointer: '/definitions/binding/B/operation/Do',
      reason: expect.stringContaining(reason),
    })
  })

  it('takes the alternative that it can meet', async () => {
    const policy =
      '<p:Policy><p:ExactlyOne><p:All><AsymmetricBinding/></p:All><p:All><UsernameToken/></p:All></p:ExactlyOne></p:Policy>'
    expect(operationNamed(await read({ policy }), 'do_op').call.security).toEqual([['A_EXAMPLE_WSSE']])
  })
})
