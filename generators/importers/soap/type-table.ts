import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { TYPE_PROPERTY, type XmlElement, type XmlType } from '../../../runtime/library/soap/soap-protocol.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { PropertyNames } from './property-names.ts'
import { readComplexType } from './read-complex-type.ts'
import type { Component, SchemaSet } from './schema-set.ts'

/** Characters of the definitions of one tool; types beyond are XML as text, and read without their schema. */
const LARGEST_DEFINITIONS = 12_000
const LARGEST_ANSWER = 20_000
/** Elements, attributes and groups of all types of one message. */
const MOST_PARTS = 5_000

/** A complex type, read: what the wire needs and what the tool shows. */
export interface ReadType {
  readonly wire: XmlType
  readonly schema: JsonSchema
}

/**
 * The complex types of one message, each once under a name of its own. They are read in the order of their distance,
 * so that what a tool may hold goes to the near ones.
 */
export class TypeTable {
  readonly schemas: SchemaSet
  readonly direction: 'input' | 'output'
  readonly wire: Record<string, XmlType> = {}
  readonly definitions: Record<string, JsonSchema> = {}
  /** Types and elements that are not defined: XML stands in their place. */
  readonly missing = new Set<string>()
  readonly #keys = new Map<unknown, string>()
  readonly #names = new PropertyNames()
  readonly #waiting: { readonly key: string; readonly component: Component }[] = []
  #characters = 0
  #parts = 0

  constructor(schemas: SchemaSet, direction: 'input' | 'output') {
    this.schemas = schemas
    this.direction = direction
  }

  /** What an element of this type holds, and its JSON Schema. @param name  for a type without one */
  use(component: Component, name: string): { readonly content: XmlElement['content']; readonly schema: JsonSchema } {
    const key = this.#keyOf(component, name)
    if (key === undefined) return this.opaque()
    const hasVariants = component.key !== undefined && this.schemas.variantsOf(component.key).length > 0
    return { content: { type: key }, schema: { $ref: `#/$defs/${hasVariants ? `${key}${VARIANTS}` : key}` } }
  }

  /** The component of that name; undefined when it is missing, which is noted. */
  findOrNote(kind: 'type' | 'element', key: string): Component | undefined {
    const found = this.schemas.has(kind, key) ? this.schemas.find(kind, key) : undefined
    if (!found) this.missing.add(`${kind} "${key}"`)
    return found
  }

  /** What is not known of an element's content. */
  opaque(): { readonly content: 'xml'; readonly schema: JsonSchema } {
    return { content: 'xml', schema: this.direction === 'input' ? OPAQUE : {} }
  }

  /** Whether values of the type must say which one they are. */
  hasVariants(key: string): boolean {
    return `${key}${VARIANTS}` in this.definitions
  }

  /** @throws PartSkipped when a message has more parts than are read: groups can multiply */
  countPart(): void {
    if (++this.#parts > MOST_PARTS) throw new PartSkipped(`it has more than ${MOST_PARTS} parts`)
  }

  /** Reads all that is used, and what that uses. @throws PartSkipped */
  finish(): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#read(next.key, next.component)
  }

  /** The definitions that a schema refers to, and those that they refer to. */
  definitionsFor(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
    const found: Record<string, JsonSchema> = {}
    const waiting = refsIn(schema)
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const definition = this.definitions[name]
      if (name in found || !definition) continue
      found[name] = definition
      waiting.push(...refsIn(definition))
    }
    return found
  }

  #keyOf(component: Component, name: string): string | undefined {
    const identity = component.key ?? component.node
    const known = this.#keys.get(identity)
    if (known !== undefined) return known
    if (this.#isFull()) return undefined
    const key = this.#names.nameFor(component.node.attributes.get('name') ?? name)
    this.#keys.set(identity, key)
    this.#waiting.push({ key, component })
    return key
  }

  #isFull(): boolean {
    return this.#characters > (this.direction === 'input' ? LARGEST_DEFINITIONS : LARGEST_ANSWER)
  }

  #read(key: string, component: Component): void {
    if (this.#isFull()) {
      this.wire[key] = { isOpaque: true }
      this.definitions[key] = this.direction === 'input' ? OPAQUE : {}
      return
    }
    const { wire, schema } = readComplexType(component, this)
    const variants = this.#variantsOf(component)
    this.wire[key] = { ...wire, ...(variants.length > 0 && { variants }) }
    this.definitions[key] =
      this.schemas.isVariant(component) || variants.length > 0 ? withTypeName(schema, key) : schema
    if (component.key !== undefined && this.schemas.variantsOf(component.key).length > 0)
      this.definitions[`${key}${VARIANTS}`] = choiceOf([...(wire.isAbstract ? [] : [key]), ...variants])
    const counted = this.direction === 'input' ? this.definitions[key] : this.wire[key]
    this.#characters += JSON.stringify(counted).length
  }

  #variantsOf({ key }: Component): string[] {
    if (key === undefined) return []
    return this.schemas.variantsOf(key).flatMap((variant) => this.#keyOf(variant, 'variant') ?? [])
  }
}

const VARIANTS = '_or_derived'
const OPAQUE: JsonSchema = { type: 'string', description: 'The content of the element, as XML.' }

function withTypeName(schema: JsonSchema, key: string): JsonSchema {
  return { ...schema, properties: { [TYPE_PROPERTY]: { const: key }, ...Object(schema.properties) } }
}

function choiceOf(keys: readonly string[]): JsonSchema {
  if (keys.length === 0) return { type: 'object' }
  return { anyOf: keys.map((key) => ({ $ref: `#/$defs/${key}`, required: [TYPE_PROPERTY] })) }
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member.replace('#/$defs/', '')] : refsIn(member),
  )
}
