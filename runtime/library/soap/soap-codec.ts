import type { Credential } from '../http-call.ts'
import { essenceOf, isXmlType } from '../media-type.ts'
import type { ProtocolCodec, ReadMessage, ReceivedMessage } from '../protocol.ts'
import { decodeXml } from './decode-xml.ts'
import { readChildren } from './read-children.ts'
import { readComplex, readElement } from './read-value.ts'
import { childOf, describeFault } from './soap-fault.ts'
import type { SoapMessage, SoapProtocol } from './soap-protocol.ts'
import { writeElement, type XmlWriting } from './write-value.ts'
import { writeXmlSecret } from './xml-secret.ts'
import { escapeXml, xmlElement, XmlPrefixes } from './xml-text.ts'
import { parseXml, type XmlNode, XmlRefused } from './xml-tree.ts'

/** SOAP 1.1 (https://www.w3.org/TR/2000/NOTE-SOAP-20000508/) and 1.2 (https://www.w3.org/TR/soap12-part1/) over HTTP. */
export const soapCodec: ProtocolCodec<SoapProtocol> = { write, read }

const ENVELOPE = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
}

type Write = ProtocolCodec<SoapProtocol>['write']

function write(...[protocol, input, { credentials, env }]: Parameters<Write>): ReturnType<Write> {
  const { version, action, request } = protocol
  const prefixes = new XmlPrefixes()
  prefixes.of(ENVELOPE[version], 'soap')
  const writing: XmlWriting = { types: request.types, prefixes, secrets: secretsOf(credentials, env) }
  const headers = request.headers.map((element) => writeHeader(element, input, writing)).join('')
  const security = credentials.map((credential) => writeSecurity(credential, env, prefixes)).join('')
  const body = writeBody(request, input, writing)
  const header = headers + security === '' ? '' : xmlElement('soap:Header', '', headers + security)
  const envelope = xmlElement('soap:Envelope', prefixes.declarations(), header + xmlElement('soap:Body', '', body))
  const content = `<?xml version="1.0" encoding="UTF-8"?>${envelope}`
  const quoted = `"${action.replace(/["\\\r\n]/g, '')}"`
  return version === '1.1'
    ? { contentType: 'text/xml; charset=utf-8', content, headers: { soapaction: quoted } }
    : {
        contentType: `application/soap+xml; charset=utf-8${action === '' ? '' : `; action=${quoted}`}`,
        content,
        headers: {},
      }
}

function secretsOf(credentials: readonly Credential[], env: Readonly<Record<string, string | undefined>>) {
  const inside = credentials.filter(({ placement }) => placement.type === 'soapHeader')
  return new Map(inside.map(({ name }) => [name, writeXmlSecret(env[name] ?? '', 'xml')]))
}

/** A header is sent when it is given, or holds a credential that is set. */
function writeHeader(
  element: SoapMessage['headers'][number],
  input: Readonly<Record<string, unknown>>,
  writing: XmlWriting,
): string {
  const given = Object.hasOwn(input, element.property) ? input[element.property] : undefined
  if (given !== undefined || typeof element.content !== 'object') return writeElement(element, given, writing)
  const parts = writing.types[element.content.type]?.content?.parts ?? []
  const holdsSecret = parts.some(
    (part) => part.kind === 'element' && part.secret !== undefined && writing.secrets.has(part.secret),
  )
  return holdsSecret ? writeElement(element, {}, writing) : ''
}

function writeBody(
  { body, isUnwrapped }: SoapMessage,
  input: Readonly<Record<string, unknown>>,
  writing: XmlWriting,
): string {
  const [only] = body
  if (isUnwrapped && only) return writeElement(only, input, writing, '')
  return body
    .map((element) =>
      writeElement(element, Object.hasOwn(input, element.property) ? input[element.property] : undefined, writing),
    )
    .join('')
}

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const PASSWORD_TEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText'

/** A user's name and password as text: WS-Security UsernameToken Profile 1.1.1, section 3.1. */
function writeSecurity(
  { name, placement }: Credential,
  env: Readonly<Record<string, string | undefined>>,
  prefixes: XmlPrefixes,
): string {
  if (placement.type !== 'usernameToken') return ''
  const tag = (local: string) => `${prefixes.of(WSSE, 'wsse')}:${local}`
  const value = env[name] ?? ''
  const user = xmlElement(tag('Username'), '', writeXmlSecret(value, 'xmlUser'))
  const password = xmlElement(
    tag('Password'),
    ` Type="${escapeXml(PASSWORD_TEXT)}"`,
    writeXmlSecret(value, 'xmlPassword'),
  )
  const token = xmlElement(tag('UsernameToken'), '', user + password)
  return xmlElement(tag('Security'), ' soap:mustUnderstand="1"', token)
}

function read(protocol: SoapProtocol, message: ReceivedMessage): ReadMessage {
  const { headers, bytes, isCut, status, mask } = message
  const contentType = headers.get('content-type') ?? ''
  const isSuccess = status >= 200 && status < 300
  if (essenceOf(contentType).startsWith('multipart/'))
    return { problem: 'The answer comes with attachments (MTOM or SOAP with Attachments), which are not read.' }
  if (bytes.length === 0) return undefined
  if (!isXmlType(contentType) && !isSuccess) return undefined
  if (isCut) return { problem: `The answer has more than ${bytes.length} bytes, more than is read. Ask for less.` }
  try {
    const body = bodyOf(parseXml(decodeXml(bytes, contentType), mask))
    if (!body) return isSuccess ? { problem: 'The answer is XML, but no SOAP envelope.' } : undefined
    const fault = childOf(body, 'Fault')
    if (fault) return { problem: describeFault(fault) }
    return { value: valueOf(body, protocol) }
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    return isSuccess
      ? { problem: `The answer (${contentType || 'of no type'}) is no SOAP: ${error.message}.` }
      : undefined
  }
}

function bodyOf(root: XmlNode): XmlNode | undefined {
  const isEnvelope = root.name === 'Envelope' && Object.values(ENVELOPE).includes(root.namespace)
  return isEnvelope ? childOf(root, 'Body') : undefined
}

function valueOf(body: XmlNode, { answer }: SoapProtocol): unknown {
  const { types } = answer
  const [expected] = answer.body
  const [first] = body.children
  if (answer.isUnwrapped && expected && typeof expected.content === 'object')
    return first ? readComplex(expected.content.type, first, types) : {}
  const content = { kind: 'sequence', parts: answer.body } as const
  return Object.fromEntries(readChildren(content, body.children, (element, node) => readElement(element, node, types)))
}
