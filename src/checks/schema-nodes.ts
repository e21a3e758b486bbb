import type { JsonSchema } from '../model/tool-definition.ts'

/** One schema within the schema of a tool's arguments. */
export interface SchemaNode {
  readonly schema: JsonSchema
  /** The arguments and keywords that lead to it: `body.items[].name`; empty for the root. */
  readonly path: string
  /** How many objects and lists it lies in, below the arguments themselves. */
  readonly depth: number
}

/** More of one schema is not looked at: what is larger fails by its tokens. */
const MOST_NODES = 5_000

/** A schema's own parts, its `$defs` among them, in document order. References are not followed: each part comes once. */
export function readSchema(root: JsonSchema): readonly SchemaNode[] {
  const nodes: SchemaNode[] = []
  const visit = (value: unknown, path: string, depth: number): void => {
    if (!isRecord(value) || nodes.length >= MOST_NODES) return
    nodes.push({ schema: value, path, depth })
    const below = path === '' ? '' : `${path}.`
    for (const [name, part] of entriesOf(value['properties'])) visit(part, below + name, depth + 1)
    for (const part of listOf(value['items'])) visit(part, `${path}[]`, depth + 1)
    for (const part of listOf(value['prefixItems'])) visit(part, `${path}[]`, depth + 1)
    visit(value['additionalProperties'], `${below}*`, depth + 1)
    for (const keyword of ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else']) {
      for (const part of listOf(value[keyword])) visit(part, path, depth)
    }
    for (const keyword of ['$defs', 'definitions', 'patternProperties']) {
      for (const [name, part] of entriesOf(value[keyword])) visit(part, `${below}${keyword}.${name}`, depth)
    }
  }
  visit(root, '', 0)
  return nodes
}

export function propertiesOf(schema: JsonSchema): Readonly<Record<string, unknown>> {
  return isRecord(schema['properties']) ? schema['properties'] : {}
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : []
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
