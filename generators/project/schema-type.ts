import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { printLiteral, propertyKey } from './source-literal.ts'

/**
 * The TypeScript type of what a schema accepts, as text. What it can't say exactly becomes `unknown`, which makes the
 * reader look; it never says more than the schema does.
 */
export function typeOfSchema(schema: unknown, depth = 0): string {
  if (!isSchema(schema) || depth > 6) return 'unknown'
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map((value) => printLiteral(value)))
  if ('const' in schema) return printLiteral(schema.const)
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives))
    return unionOf(alternatives.map((alternative) => typeOfSchema(alternative, depth + 1)))
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type) => typeOfSchema({ ...schema, type }, depth)))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return `readonly ${parenthesize(typeOfSchema(schema.items, depth + 1))}[]`
    case 'object':
      return typeOfObject(schema, depth)
    default:
      return 'unknown'
  }
}

/** The members of an object type, one a line, with the descriptions as doc comments. */
export function membersOfSchema(schema: JsonSchema, depth = 0): string[] {
  const properties = isSchema(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).map(([name, property]) => {
    const optional = required.includes(name) ? '' : '?'
    const description = isSchema(property) && typeof property.description === 'string' ? property.description : ''
    return `${docComment(description)}readonly ${propertyKey(name)}${optional}: ${typeOfSchema(property, depth + 1)}`
  })
}

/** A doc comment that no text can end early, or nothing. */
export function docComment(text: string): string {
  const lines = commentLines(text)
  if (lines.length === 0) return ''
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`
}

/** A text as lines that are safe inside a comment. */
export function commentLines(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const safe = text.replaceAll('*/', '*\u200b/').replaceAll(/[\u0000-\u0009\u000b-\u001f\u2028\u2029]/g, ' ')
  return safe
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

function typeOfObject(schema: JsonSchema, depth: number): string {
  const members = membersOfSchema(schema, depth)
  if (members.length > 0) return `{ ${members.join('; ')} }`
  return schema.additionalProperties === false ? '{}' : 'Readonly<Record<string, unknown>>'
}

function unionOf(types: readonly string[]): string {
  const unique = [...new Set(types)]
  return unique.length === 0
    ? 'never'
    : unique.map((type) => (unique.length > 1 ? parenthesize(type) : type)).join(' | ')
}

function parenthesize(type: string): string {
  return / [|&] |^readonly /.test(type) ? `(${type})` : type
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
