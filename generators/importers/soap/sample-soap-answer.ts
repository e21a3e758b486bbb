import { soapCodec } from '../../../runtime/library/soap/soap-codec.ts'
import { TYPE_PROPERTY } from '../../../runtime/library/soap/soap-protocol.ts'
import type { SoapMessage, SoapProtocol, XmlElement, XmlPart } from '../../../runtime/library/soap/soap-protocol.ts'
import type { SampledAnswer } from '../openapi/sample-answer.ts'

/** Deeper ones double with every level where types refer to each other. */
const DEEPEST = 6

/** An answer that a SOAP operation could give: every element once, with a plain value. */
export function sampleSoapAnswer(protocol: SoapProtocol): SampledAnswer {
  const { answer } = protocol
  const { contentType, content } = soapCodec.write(
    { ...protocol, request: { ...answer, headers: [] } },
    sampleMessage(answer),
    { credentials: [], env: {} },
  )
  return { status: 200, contentType, body: content, from: 'schema' }
}

function sampleMessage({ body, isUnwrapped, types }: SoapMessage): Record<string, unknown> {
  const [only] = body
  if (isUnwrapped && typeof only?.content === 'object') return sampleType(only.content.type, types, 0)
  return Object.fromEntries(body.map((element) => [element.property, sampleElement(element, types, 0)]))
}

function sampleType(key: string, types: SoapMessage['types'], depth: number): Record<string, unknown> {
  const type = types[key]
  const [variant] = type?.variants ?? []
  if (type?.isAbstract && variant !== undefined)
    return { [TYPE_PROPERTY]: variant, ...sampleType(variant, types, depth + 1) }
  return {
    ...Object.fromEntries((type?.attributes ?? []).map(({ property, value }) => [property, plain(value)])),
    ...(type?.text && { [type.text.property]: plain(type.text.value) }),
    ...(type?.content && samplePart(type.content, types, depth)),
  }
}

function samplePart(part: XmlPart, types: SoapMessage['types'], depth: number): Record<string, unknown> {
  if (part.kind === 'any') return {}
  if (part.kind === 'element') return depth > DEEPEST ? {} : { [part.property]: sampleElement(part, types, depth + 1) }
  const chosen = part.kind === 'choice' ? part.parts.slice(0, 1) : part.parts
  const members = Object.assign({}, ...chosen.map((each) => samplePart(each, types, depth + 1)))
  return part.property === undefined ? members : { [part.property]: [members] }
}

function sampleElement({ content, isList }: XmlElement, types: SoapMessage['types'], depth: number): unknown {
  const isOpaque = typeof content === 'object' && types[content.type]?.isOpaque === true
  const value = isOpaque ? '' : typeof content === 'object' ? sampleType(content.type, types, depth) : plain(content)
  return isList ? [value] : value
}

function plain(as: Exclude<XmlElement['content'], object>): unknown {
  if (as.endsWith('[]')) return []
  if (as === 'integer' || as === 'number') return 1
  if (as === 'boolean') return true
  return as === 'base64' || as === 'xml' ? '' : 'string'
}
