import { CallRefused } from '../call-refused.ts'
import { writeSimple } from './simple-value.ts'
import { TYPE_PROPERTY, type XmlElement, type XmlGroup, type XmlPart, type XmlType, XSD, XSI } from './soap-protocol.ts'
import { writeFragment } from './xml-fragment.ts'
import { escapeXml, xmlElement, type XmlPrefixes } from './xml-text.ts'

/** What writing one document needs besides values. */
export interface XmlWriting {
  readonly types: Readonly<Record<string, XmlType>>
  readonly prefixes: XmlPrefixes
  /** What stands for the credentials of the call, by their names: already written as XML. */
  readonly secrets: ReadonlyMap<string, string>
}

/**
 * Writes the value of an element, as often as it is given: names, order, attributes and namespaces as its schema says.
 * @throws CallRefused naming the place in the arguments
 */
export function writeElement(
  element: XmlElement,
  value: unknown,
  writing: XmlWriting,
  place = element.property,
): string {
  if (element.isList && Array.isArray(value))
    return value.map((item, index) => writeOne(element, item, writing, `${place}[${index}]`)).join('')
  return writeOne(element, value, writing, place)
}

function writeOne(element: XmlElement, value: unknown, writing: XmlWriting, place: string): string {
  const { prefixes } = writing
  const tag = prefixes.qualify(element.name, element.namespace)
  const secret = element.secret === undefined ? undefined : writing.secrets.get(element.secret)
  if (secret !== undefined) return xmlElement(tag, '', secret)
  const given = value ?? (value === undefined ? element.fixed : undefined)
  if (given === undefined) {
    if (value === null && element.isNillable) return xmlElement(tag, ` ${prefixes.qualify('nil', XSI)}="true"`, '')
    return ''
  }
  const content = isOpaque(element, writing) ? 'xml' : element.content
  if (typeof content === 'object') return writeComplex(tag, content.type, given, writing, place)
  if (content === 'xml') return xmlElement(tag, '', writeFragment(given, prefixes, place))
  const type = content === 'any' ? typeAttribute(given, prefixes) : ''
  return xmlElement(tag, type, escapeXml(writeSimple(given, content, place)))
}

function isOpaque({ content }: XmlElement, { types }: XmlWriting): boolean {
  return typeof content === 'object' && types[content.type]?.isOpaque === true
}

/** A value of any type says which one it has (XML Schema 1.0 part 1, section 2.6.1). */
function typeAttribute(value: unknown, prefixes: XmlPrefixes): string {
  const name = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'decimal' : 'string'
  return ` ${prefixes.qualify('type', XSI)}="${prefixes.qualify(name, XSD)}"`
}

function writeComplex(tag: string, declared: string, value: unknown, writing: XmlWriting, place: string): string {
  if (!isRecord(value)) throw new CallRefused(`"${place}" is an object with members; give one.`)
  const key = chosenType(declared, value, writing, place)
  const type = writing.types[key] ?? {}
  return xmlElement(
    tag,
    (key === declared ? '' : xsiType(type, writing.prefixes)) + writeAttributes(type, value, writing, place),
    writeContent(type, value, writing, place),
  )
}

function chosenType(declared: string, value: Record<string, unknown>, { types }: XmlWriting, place: string): string {
  const { variants = [], isAbstract } = types[declared] ?? {}
  const wanted = own(value, TYPE_PROPERTY)
  if (wanted === undefined && !isAbstract) return declared
  const choices = [...(isAbstract ? [] : [declared]), ...variants]
  if (typeof wanted === 'string' && choices.includes(wanted)) return wanted
  // A value of a type that has no others may name it all the same.
  if (wanted === declared) return declared
  throw new CallRefused(`"${below(place, TYPE_PROPERTY)}" must be one of ${choices.join(', ')}.`)
}

function xsiType({ name = '', namespace }: XmlType, prefixes: XmlPrefixes): string {
  return ` ${prefixes.qualify('type', XSI)}="${prefixes.qualify(name, namespace)}"`
}

function writeAttributes(
  { attributes = [] }: XmlType,
  value: Record<string, unknown>,
  { prefixes }: XmlWriting,
  place: string,
): string {
  return attributes
    .map(({ property, name, namespace, value: as, fixed }) => {
      const given = own(value, property) ?? fixed
      if (given === undefined || given === null) return ''
      const text = writeSimple(given, as, below(place, property))
      return ` ${prefixes.qualify(name, namespace)}="${escapeXml(text)}"`
    })
    .join('')
}

function writeContent(type: XmlType, value: Record<string, unknown>, writing: XmlWriting, place: string): string {
  const { text, content } = type
  const given = text ? own(value, text.property) : undefined
  const written =
    text && given !== undefined ? escapeXml(writeSimple(given, text.value, below(place, text.property))) : ''
  return written + (content ? writePart(content, value, writing, place) : '')
}

/** @param place  of the object whose members are written; empty for the arguments themselves */
export function writePart(part: XmlPart, value: Record<string, unknown>, writing: XmlWriting, place: string): string {
  const at = (property: string) => below(place, property)
  if (part.kind === 'element') return writeElement(part, own(value, part.property), writing, at(part.property))
  if (part.kind === 'any') {
    const xml = own(value, part.property)
    return xml === undefined ? '' : writeFragment(xml, writing.prefixes, at(part.property))
  }
  const { property } = part
  if (property === undefined) return writeGroup(part, value, writing, place)
  const items = own(value, property)
  return (Array.isArray(items) ? items : [])
    .map((item, index) => writeGroup(part, isRecord(item) ? item : {}, writing, `${at(property)}[${index}]`))
    .join('')
}

function writeGroup(group: XmlGroup, value: Record<string, unknown>, writing: XmlWriting, place: string): string {
  if (group.kind === 'choice') refuseWrongChoice(group, value, place)
  return group.parts.map((part) => writePart(part, value, writing, place)).join('')
}

/** JSON Schema can't say it at the root of a tool's input, where clients refuse anyOf and oneOf. */
function refuseWrongChoice({ parts, isRequired }: XmlGroup, value: Record<string, unknown>, place: string): void {
  const given = parts.filter((part) => isGiven(part, value))
  const isFixed = parts.some((part) => part.kind === 'element' && part.fixed !== undefined)
  if (given.length === 1 || (given.length === 0 && (!isRequired || isFixed))) return
  const names = parts.flatMap(propertiesOf).join(', ')
  throw new CallRefused(
    `Give ${isRequired ? 'one' : 'at most one'} of ${names}${place === '' ? '' : ` in "${place}"`}.`,
  )
}

function isGiven(part: XmlPart, value: Record<string, unknown>): boolean {
  return propertiesOf(part).some((property) => own(value, property) !== undefined)
}

function propertiesOf(part: XmlPart): string[] {
  if (part.property !== undefined) return [part.property]
  return 'parts' in part ? part.parts.flatMap(propertiesOf) : []
}

function below(place: string, property: string): string {
  return place === '' ? property : `${place}.${property}`
}

function own(value: Readonly<Record<string, unknown>>, property: string): unknown {
  return Object.hasOwn(value, property) ? value[property] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
