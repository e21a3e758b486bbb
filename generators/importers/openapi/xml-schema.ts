import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'
import type { References } from './references.ts'

/** Circular schemas have no end; deeper elements are written by their property names. */
const DEEPEST = 6

/**
 * The part of a schema that shapes XML: properties, items and `xml` keywords, without references. A root without a
 * name of its own takes that of its component, as most servers expect.
 */
export function xmlSchema(schema: unknown, document: string, references: References): JsonSchema {
  const ref = asText(property(asRecord(schema), '$ref'))
  const shape = shapeOf(schema, document, references, 0)
  const name = ref?.split('/').at(-1)
  return shape.xml === undefined && name !== undefined ? { ...shape, xml: { name } } : shape
}

function shapeOf(schema: unknown, document: string, references: References, depth: number): JsonSchema {
  if (depth > DEEPEST) return {}
  const located = references.follow(schema, document)
  const record = asRecord(located.value) ?? {}
  const parts = asList(record.allOf).map((part) => shapeOf(part, located.document, references, depth + 1))
  const properties = Object.entries(asRecord(record.properties) ?? {}).map(
    ([name, member]) => [name, shapeOf(member, located.document, references, depth + 1)] as const,
  )
  const merged = Object.assign({}, ...parts.map((part) => part.properties ?? {}), Object.fromEntries(properties))
  const xml = xmlKeyword(record) ?? parts.map((part) => part.xml).find((part) => part !== undefined)
  return {
    ...(Object.keys(merged).length > 0 && { properties: merged }),
    ...(record.items !== undefined && { items: shapeOf(record.items, located.document, references, depth + 1) }),
    ...(xml !== undefined && { xml }),
  }
}

function xmlKeyword(record: JsonRecord): JsonRecord | undefined {
  const xml = asRecord(record.xml)
  if (!xml) return undefined
  const texts = (['name', 'namespace', 'prefix'] as const).filter((keyword) => typeof xml[keyword] === 'string')
  const flags = (['attribute', 'wrapped'] as const).filter((keyword) => xml[keyword] === true)
  return Object.fromEntries([...texts, ...flags].map((keyword) => [keyword, xml[keyword]]))
}
