import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { SimpleValue } from '../../../runtime/library/soap/soap-protocol.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { isSafePattern } from '../../../src/model/safe-pattern.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { builtInType, type ReadSimple } from './built-in-types.ts'
import { childOf, type Component, nameIn, type SchemaSet } from './schema-set.ts'

/** A type derived more often is none that anybody wrote. */
const DEEPEST = 30
const MOST_VALUES = 200

/**
 * Reads a simple type with its facets. XML Schema 1.0 part 2, section 4.1
 * @throws PartSkipped when a type it is made of is missing
 */
export function readSimpleType(component: Component, schemas: SchemaSet, depth = 0): ReadSimple {
  if (depth > DEEPEST) throw new PartSkipped(`its simple type is derived more than ${DEEPEST} times`)
  const { node, context } = component
  const restriction = childOf(node, 'restriction')
  if (restriction) return readRestriction({ node: restriction, context }, schemas, depth)
  const list = childOf(node, 'list')
  if (list) return listOf(typeAt({ node: list, context }, 'itemType', schemas, depth))
  const union = childOf(node, 'union')
  return union ? readUnion({ node: union, context }, schemas, depth) : TEXT
}

const TEXT: ReadSimple = { value: 'text', schema: { type: 'string' } }

/** A simple type by its name. @throws PartSkipped when it is none */
export function simpleTypeNamed(key: string, schemas: SchemaSet, depth = 0): ReadSimple {
  const known = builtInType(key)
  if (known) return known
  const component = schemas.find('type', key)
  if (component.node.name !== 'simpleType') throw new PartSkipped(`"${key}" is no simple type`)
  return readSimpleType(component, schemas, depth + 1)
}

/** The type that an attribute names, or that stands inside. */
function typeAt(component: Component, attribute: string, schemas: SchemaSet, depth: number): ReadSimple {
  const named = component.node.attributes.get(attribute)
  if (named !== undefined) return simpleTypeNamed(nameIn(named, component), schemas, depth)
  const inner = childOf(component.node, 'simpleType')
  return inner ? readSimpleType({ node: inner, context: component.context }, schemas, depth + 1) : TEXT
}

function listOf({ value, schema }: ReadSimple): ReadSimple {
  // A list of lists does not exist (section 4.1.2.2).
  const item = value.replace('[]', '') as SimpleValue
  return { value: `${item as 'text'}[]`, schema: { type: 'array', items: schema } }
}

/** Of several types: their values where all are named, else any plain value. */
function readUnion(component: Component, schemas: SchemaSet, depth: number): ReadSimple {
  const names = (component.node.attributes.get('memberTypes') ?? '').split(/\s+/).filter((name) => name !== '')
  const members = [
    ...names.map((name) => simpleTypeNamed(nameIn(name, component), schemas, depth)),
    ...component.node.children
      .filter(({ name }) => name === 'simpleType')
      .map((node) => readSimpleType({ node, context: component.context }, schemas, depth + 1)),
  ]
  const values = members.map(({ schema }) => schema.enum)
  if (values.length > 0 && values.every((each) => Array.isArray(each)))
    return { value: 'text', schema: { type: 'string', enum: [...new Set(values.flat())].slice(0, MOST_VALUES) } }
  if (members.every(({ value }) => value === 'text')) return TEXT
  return { value: 'text', schema: { type: ['string', 'number', 'boolean'] } }
}

/** Also of simple content, whose base may be a complex type: then `base` is given. */
export function readRestriction(
  component: Component,
  schemas: SchemaSet,
  depth = 0,
  base: ReadSimple = typeAt(component, 'base', schemas, depth),
): ReadSimple {
  const { enum: values, ...facets } = facetsOf(component.node, base)
  // Numbers that are listed need no limits.
  if (Array.isArray(values) && base.value !== 'text') return { value: base.value, schema: { enum: values } }
  return { value: base.value, schema: { ...base.schema, ...facets, ...(values !== undefined && { enum: values }) } }
}

function facetsOf({ children }: XmlNode, { value, schema }: ReadSimple): JsonSchema {
  const values = (name: string) =>
    children.flatMap((child) => (child.name === name ? [child.attributes.get('value') ?? ''] : []))
  const number = (name: string) => {
    const [text] = values(name)
    return text === undefined || !Number.isFinite(Number(text)) || text.trim() === '' ? undefined : Number(text)
  }
  const limits: [string, number | undefined][] = value.endsWith('[]')
    ? [
        ['minItems', number('length') ?? number('minLength')],
        ['maxItems', number('length') ?? number('maxLength')],
      ]
    : value === 'integer' || value === 'number'
      ? [
          ['minimum', number('minInclusive')],
          ['maximum', number('maxInclusive')],
          ['exclusiveMinimum', number('minExclusive')],
          ['exclusiveMaximum', number('maxExclusive')],
        ]
      : value === 'text'
        ? [
            ['minLength', number('length') ?? number('minLength')],
            ['maxLength', number('length') ?? number('maxLength')],
          ]
        : []
  const pattern = value === 'text' && schema.type === 'string' ? patternOf(values('pattern')) : undefined
  return {
    ...Object.fromEntries(limits.filter(([, limit]) => limit !== undefined)),
    ...(pattern !== undefined && { pattern }),
    ...enumOf(values('enumeration'), value),
  }
}

function enumOf(values: readonly string[], as: SimpleValue): JsonSchema {
  if (values.length === 0 || values.length > MOST_VALUES || as.endsWith('[]')) return {}
  if (as === 'integer' || as === 'number') {
    const numbers = values.map(Number)
    return numbers.every((number) => Number.isFinite(number)) ? { enum: numbers } : {}
  }
  return as === 'text' ? { enum: [...new Set(values)] } : {}
}

/** Patterns of XML Schema fit the whole text (part 2, appendix F); those that JavaScript has not are left out. */
function patternOf(patterns: readonly string[]): string | undefined {
  if (patterns.length === 0) return undefined
  const [first = ''] = patterns
  const pattern = patterns.length === 1 && !first.includes('|') ? `^${first}$` : `^(?:${patterns.join('|')})$`
  // Name characters, blocks of Unicode and subtraction; `^` and `$` are plain characters there.
  const isForeign = patterns.some((each) => /\\[icIC]|\\[pP]\{Is|-\[|[\^$](?!\])/.test(each.replaceAll('[^', '[')))
  return isForeign || !isSafePattern(pattern) ? undefined : pattern
}
