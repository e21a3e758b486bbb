import { describe, expect, it } from 'vitest'
import type { Credential } from '../../../../runtime/library/http-call.ts'
import { soapCodec } from '../../../../runtime/library/soap/soap-codec.ts'
import type { SoapProtocol, XmlElement, XmlPart, XmlType } from '../../../../runtime/library/soap/soap-protocol.ts'

const NS = 'urn:a'

function element(name: string, content: XmlElement['content'], more: Partial<XmlElement> = {}): XmlElement {
  return { kind: 'element', property: name, name, content, ...more }
}

/** A protocol whose request and answer are one element `Do` with these parts. */
function protocolWith(parts: readonly XmlPart[], types: Record<string, XmlType> = {}): SoapProtocol {
  const message = {
    headers: [],
    body: [element('Do', { type: 'Do' }, { namespace: NS })],
    isUnwrapped: true,
    types: { Do: { content: { kind: 'sequence', parts } as const }, ...types },
  }
  return { kind: 'soap', version: '1.1', action: 'urn:a#do', request: message, answer: message }
}

function group(kind: 'choice' | 'sequence'): SoapProtocol {
  return protocolWith([{ kind, property: 'items', parts: [element('a', 'integer'), element('b', 'integer')] }])
}

function maskPassword(text: string): string {
  return text.replaceAll('a&b', '[PASSWORD]')
}

function bodyOf(protocol: SoapProtocol, input: Record<string, unknown>): string {
  const { content } = soapCodec.write(protocol, input, { credentials: [], env: {} })
  return /<soap:Body>(.*)<\/soap:Body>/s.exec(String(content))?.[1] ?? ''
}

function read(protocol: SoapProtocol, inner: string, parts: Partial<Parameters<typeof soapCodec.read>[1]> = {}) {
  const text = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:a="${NS}"><e:Body>${inner}</e:Body></e:Envelope>`
  return soapCodec.read(protocol, {
    status: 200,
    headers: new Headers({ 'content-type': 'text/xml; charset=utf-8' }),
    bytes: new TextEncoder().encode(text),
    isCut: false,
    mask: (same) => same,
    ...parts,
  })
}

describe('writing', () => {
  it('keeps the order of the schema, and puts only what is qualified in its namespace', () => {
    const protocol = protocolWith([element('first', 'text'), element('second', 'integer', { namespace: NS })])
    expect(bodyOf(protocol, { second: 2, first: 'a' })).toBe('<n2:Do><first>a</first><n2:second>2</n2:second></n2:Do>')
  })

  it('says null only where the schema allows nil, and leaves out what is not given', () => {
    const protocol = protocolWith([
      element('a', 'text', { isNillable: true }),
      element('b', 'text'),
      element('c', 'text'),
    ])
    expect(bodyOf(protocol, { a: null, b: null })).toMatch(/^<n2:Do><a n\d:nil="true"\/><\/n2:Do>$/)
  })

  it('writes each value of a list, and lists in one text', () => {
    const protocol = protocolWith([element('a', 'text', { isList: true }), element('b', 'integer[]')])
    expect(bodyOf(protocol, { a: ['x', 'y'], b: [1, 2] })).toBe('<n2:Do><a>x</a><a>y</a><b>1 2</b></n2:Do>')
  })

  it('writes numbers without exponents, and digits as they are given', () => {
    const protocol = protocolWith([element('a', 'number', { isList: true })])
    const written = bodyOf(protocol, { a: [1e21, -2.5e-7, 0.1, '9007199254740993'] })
    expect(Array.from(written.matchAll(/<a>([^<]*)/g), ([, text]) => text)).toEqual([
      '1000000000000000000000',
      '-0.00000025',
      '0.1',
      '9007199254740993',
    ])
  })

  it.each(['</a><evil/>', ']]>', '&lt;', '<![CDATA[', '"\'', '\r\n\t', '😀'])(
    'carries %j as text and nothing else',
    (text) => {
      const protocol = protocolWith([element('a', 'text')], {})
      const written = bodyOf(protocol, { a: text })
      expect(written).not.toContain('<evil')
      expect(read(protocol, `<a:Do xmlns:n2="${NS}">${/<a>.*<\/a>/s.exec(written)?.[0]}</a:Do>`)).toEqual({
        value: { a: text },
      })
    },
  )

  it.each(['\u0000', '\u0008', '\uFFFE', '\uD800'])('refuses %j, which XML cannot carry', (text) => {
    expect(() => bodyOf(protocolWith([element('a', 'text')]), { a: text })).toThrow('control character')
  })

  it('takes XML only when it is whole, and writes it anew', () => {
    const protocol = protocolWith([{ kind: 'any', property: 'any' }])
    expect(bodyOf(protocol, { any: '<x xmlns="urn:o" k="1">t<y/></x>' })).toBe(
      '<n2:Do><n3:x k="1">t<n3:y/></n3:x></n2:Do>',
    )
    for (const broken of ['</fragment><evil/><fragment>', '<a>', '<!DOCTYPE a>', '<!--', '&evil;', '<p:a/>'])
      expect(() => bodyOf(protocol, { any: broken })).toThrow('"any" takes XML, but')
  })

  it('names the type of a derived value, and refuses one that is none', () => {
    const types = {
      Animal: { name: 'Animal', namespace: NS, isAbstract: true, variants: ['Dog'] },
      Dog: { name: 'Dog', namespace: NS, content: { kind: 'sequence', parts: [element('bark', 'boolean')] } },
    } as const
    const protocol = protocolWith([element('pet', { type: 'Animal' })], types)
    expect(bodyOf(protocol, { pet: { xsi_type: 'Dog', bark: true } })).toMatch(
      /^<n2:Do><pet n\d:type="n2:Dog"><bark>true<\/bark><\/pet><\/n2:Do>$/,
    )
    expect(() => bodyOf(protocol, { pet: { bark: true } })).toThrow('"pet.xsi_type" must be one of Dog')
  })

  it('lets one of a choice through, and not two or none', () => {
    const choice = {
      kind: 'choice',
      parts: [element('a', 'text'), { kind: 'sequence', parts: [element('b', 'text'), element('c', 'text')] }],
      isRequired: true,
    } as const
    const protocol = protocolWith([choice])
    expect(bodyOf(protocol, { b: '1', c: '2' })).toBe('<n2:Do><b>1</b><c>2</c></n2:Do>')
    expect(() => bodyOf(protocol, { a: '1', c: '2' })).toThrow('Give one of a, b, c.')
    expect(() => bodyOf(protocol, {})).toThrow('Give one of a, b, c.')
  })

  it('says the action where its version wants it', () => {
    const protocol = protocolWith([])
    const { headers, contentType } = soapCodec.write(protocol, {}, { credentials: [], env: {} })
    expect({ headers, contentType }).toEqual({
      headers: { soapaction: '"urn:a#do"' },
      contentType: 'text/xml; charset=utf-8',
    })
    expect(soapCodec.write({ ...protocol, version: '1.2' }, {}, { credentials: [], env: {} })).toMatchObject({
      headers: {},
      contentType: 'application/soap+xml; charset=utf-8; action="urn:a#do"',
    })
  })

  it('signs in by WS-Security, with a placeholder where the value is one', () => {
    const credential: Credential = { name: 'W', hosts: [], placement: { type: 'usernameToken' }, purpose: '' }
    const header = (value: string) =>
      String(soapCodec.write(protocolWith([]), {}, { credentials: [credential], env: { W: value } }).content)
    expect(header('ada:a:b&c')).toContain('<wsse:Username>ada</wsse:Username>')
    expect(header('ada:a:b&c')).toContain('#PasswordText">a:b&amp;c</wsse:Password>')
    expect(header('{{secret:W}}')).toContain('<wsse:Username>{{secret:W|xmlUser}}</wsse:Username>')
  })
})

describe('reading', () => {
  const parts = [
    element('n', 'integer'),
    element('d', 'number'),
    element('b', 'boolean'),
    element('l', 'text', { isList: true }),
    element('nil', 'text', { isNillable: true }),
  ]

  it('gives lists as lists, numbers as numbers, nil as null', () => {
    const answer = '<a:Do><n>7</n><d>1.50</d><b>1</b><l>x</l><nil i:nil="true"/></a:Do>'
    expect(read(protocolWith(parts), answer)).toEqual({ value: { n: 7, d: 1.5, b: true, l: ['x'], nil: null } })
    expect(read(protocolWith(parts), '<a:Do/>')).toEqual({ value: { l: [] } })
  })

  it('keeps digits that a number would lose, and values that are none', () => {
    const answer = '<a:Do><n>9007199254740993</n><d>INF</d></a:Do>'
    expect(read(protocolWith(parts), answer)).toEqual({ value: { n: '9007199254740993', d: 'INF', l: [] } })
  })

  it('keeps what the schema does not know', () => {
    const answer = '<a:Do><more k="1"><x>a</x><x>b</x></more></a:Do>'
    expect(read(protocolWith([]), answer)).toEqual({ value: { more: { k: '1', x: ['a', 'b'] } } })
  })

  it('keeps the order of a repeated choice, and the pairs of a repeated sequence', () => {
    const answer = '<a:Do><b>1</b><a>2</a><b>3</b></a:Do>'
    expect(read(group('choice'), answer)).toEqual({ value: { items: [{ b: 1 }, { a: 2 }, { b: 3 }] } })
    expect(read(group('sequence'), answer)).toEqual({ value: { items: [{ b: 1 }, { a: 2, b: 3 }] } })
    expect(bodyOf(group('choice'), { items: [{ b: 1 }, { a: 2 }] })).toBe('<n2:Do><b>1</b><a>2</a></n2:Do>')
  })

  it('names the type that a value has', () => {
    const types = {
      Animal: { name: 'Animal', namespace: NS, variants: ['Dog'] },
      Dog: { name: 'Dog', namespace: NS, content: { kind: 'sequence', parts: [element('age', 'integer')] } },
    } as const
    const protocol = protocolWith([element('pet', { type: 'Animal' })], types)
    expect(read(protocol, '<a:Do><pet i:type="a:Dog"><age>3</age></pet></a:Do>')).toEqual({
      value: { pet: { xsi_type: 'Dog', age: 3 } },
    })
  })

  it.each(['any', 'xml'] as const)('reads values of any type (%s)', (content) => {
    const answer = '<a:Do><v i:type="x:int">5</v></a:Do>'
    expect(read(protocolWith([element('v', content)]), answer)).toEqual({
      value: { v: content === 'any' ? 5 : '5' },
    })
  })

  it.each([
    [
      '1.1',
      '<e:Fault><faultcode>e:Server</faultcode><faultstring>Down</faultstring><detail><id>7</id></detail></e:Fault>',
      'SOAP fault Server: Down\nDetail: {"id":"7"}',
    ],
    [
      '1.2',
      '<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>a:Bad</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang="en">No</e:Text></e:Reason></e:Fault>',
      'SOAP fault Sender, Bad: No\nCorrect the arguments and call again.',
    ],
  ])('says a fault of SOAP %s in words, whatever the status', (_, fault, problem) => {
    expect(read(protocolWith([]), fault, { status: 500 })).toEqual({ problem })
  })

  it('refuses attachments, other XML and broken XML, and leaves error pages to HTTP', () => {
    const protocol = protocolWith([])
    const as = (type: string, text: string, status = 200) =>
      read(protocol, '', {
        headers: new Headers({ 'content-type': type }),
        bytes: new TextEncoder().encode(text),
        status,
      })
    expect(as('multipart/related; type="application/xop+xml"', 'x')).toMatchObject({
      problem: expect.stringContaining('attachments'),
    })
    expect(as('text/xml', '<a/>')).toEqual({ problem: 'The answer is XML, but no SOAP envelope.' })
    expect(as('text/html', '<html>')).toMatchObject({ problem: expect.stringContaining('is no SOAP') })
    expect(as('text/html', '<html>', 502)).toBeUndefined()
  })

  it('reads other character sets by media type, declaration and byte order mark', () => {
    const protocol = protocolWith([element('a', 'text')])
    const text = `<?xml version="1.0" encoding="iso-8859-1"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><Do><a>é</a></Do></e:Body></e:Envelope>`
    const utf16 = new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]))
    for (const bytes of [new Uint8Array(Buffer.from(text, 'latin1')), utf16])
      expect(read(protocol, '', { bytes, headers: new Headers({ 'content-type': 'text/xml' }) })).toEqual({
        value: { a: 'é' },
      })
  })

  it('masks credentials wherever they are echoed, also where XML escapes them', () => {
    expect(read(protocolWith([element('a', 'text')]), '<a:Do><a>a&amp;b</a></a:Do>', { mask: maskPassword })).toEqual({
      value: { a: '[PASSWORD]' },
    })
  })
})

describe('an answer that is a bomb', () => {
  it.each([
    ['entities', '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['depth', '<a>'.repeat(100_000) + '</a>'.repeat(100_000)],
    ['a tag without an end', `<a ${'b="1" '.repeat(100_000)}`],
    ['many elements', `<a>${'<b/>'.repeat(1_000_000)}</a>`],
    ['an entity that is not known', '<a>&nbsp;</a>'],
  ])('is refused: %s', (_, text) => {
    const message = { bytes: new TextEncoder().encode(text) }
    expect(read(protocolWith([]), '', message)).toMatchObject({ problem: expect.stringContaining('is no SOAP') })
  })
})
