import type { JsonSchema } from './json-schema.ts'
import { textOf } from './serialize-parameter.ts'

/** The XML Object of OpenAPI (3.1, section 4.8.26), as far as it shapes a request. */
interface XmlShape {
  readonly name?: string
  readonly namespace?: string
  readonly prefix?: string
  readonly attribute?: boolean
  readonly wrapped?: boolean
}

/**
 * Writes a value as XML. Element names, attributes, wrapping and namespaces come from the schema's `xml` keywords;
 * without them property names are used. A string is taken to be XML already.
 */
export function writeXml(value: unknown, schema: JsonSchema | undefined): string {
  if (typeof value === 'string') return value
  const name = shapeOf(schema).name ?? 'root'
  const body = Array.isArray(value)
    ? element(qualified(name, schema), attributesOf(undefined, schema), items(value, 'item', schema))
    : writeElement(name, value, schema)
  return `<?xml version="1.0" encoding="UTF-8"?>${body}`
}

function writeElement(name: string, value: unknown, schema: JsonSchema | undefined): string {
  if (value === undefined) return ''
  const tag = qualified(name, schema)
  if (typeof value !== 'object' || value === null)
    return element(tag, attributesOf(value, schema), escape(textOf(value)))
  if (Array.isArray(value)) return writeList(name, value, schema)
  const children = Object.entries(value)
    .filter(([key]) => !shapeOf(memberSchema(schema, key)).attribute)
    .map(([key, member]) => writeElement(key, member, memberSchema(schema, key)))
  return element(tag, attributesOf(value, schema), children.join(''))
}

/** Lists repeat the item's element; a wrapped list stands in an element of its own. */
function writeList(name: string, list: readonly unknown[], schema: JsonSchema | undefined): string {
  const shape = shapeOf(schema)
  if (!shape.wrapped) return items(list, shape.name ?? name, schema)
  return element(qualified(name, schema), attributesOf(undefined, schema), items(list, shape.name ?? name, schema))
}

function items(list: readonly unknown[], name: string, schema: JsonSchema | undefined): string {
  const itemSchema = asSchema(schema?.['items'])
  return list.map((item) => writeElement(name, item, itemSchema)).join('')
}

function attributesOf(value: unknown, schema: JsonSchema | undefined): string {
  const { namespace, prefix } = shapeOf(schema)
  let text = namespace === undefined ? '' : ` ${prefix ? `xmlns:${prefix}` : 'xmlns'}="${escape(namespace)}"`
  if (typeof value !== 'object' || value === null) return text
  for (const [key, member] of Object.entries(value)) {
    const schemaOfMember = memberSchema(schema, key)
    if (shapeOf(schemaOfMember).attribute) text += ` ${qualified(key, schemaOfMember)}="${escape(textOf(member))}"`
  }
  return text
}

function qualified(name: string, schema: JsonSchema | undefined): string {
  const shape = shapeOf(schema)
  return xmlName(shape.prefix ? `${shape.prefix}:${shape.name ?? name}` : (shape.name ?? name))
}

/** Arguments may hold any key; what cannot stand in a name becomes an underscore. */
function xmlName(name: string): string {
  const safe = name.replace(/[^\w.:-]/g, '_')
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`
}

function element(tag: string, attributes: string, inner: string): string {
  return inner === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${inner}</${tag}>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function shapeOf(schema: JsonSchema | undefined): XmlShape {
  // The importer stores only well-formed XML objects.
  return (schema?.['xml'] as XmlShape | undefined) ?? {}
}

function memberSchema(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const properties = asSchema(schema?.['properties'])
  return properties && Object.hasOwn(properties, key) ? asSchema(properties[key]) : undefined
}

function asSchema(value: unknown): JsonSchema | undefined {
  // Any object can be read as a schema: unknown keywords are ignored.
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : undefined
}
