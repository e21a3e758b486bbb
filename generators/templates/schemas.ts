import type { JsonSchema } from '../../src/model/tool-definition.ts'

/** An object without further properties; every property is required unless it is named optional. */
export function object(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false }
}

/** Arguments of which all may be left out. */
export function options(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return object(properties, Object.keys(properties))
}

export function text(description: string, maxLength: number): JsonSchema {
  return { type: 'string', minLength: 1, maxLength, description }
}

export function list(items: JsonSchema, description: string, maxItems: number): JsonSchema {
  return { type: 'array', items, minItems: 1, maxItems, description }
}

export function choice(values: readonly string[], description: string): JsonSchema {
  return { type: 'string', enum: values, description }
}

export function integer(minimum: number, maximum: number, description: string): JsonSchema {
  return { type: 'integer', minimum, maximum, description }
}

export function flag(description: string): JsonSchema {
  return { type: 'boolean', description }
}

/** Of answers: what their properties mean, the tool's description says. */
export const given = {
  text: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  flag: { type: 'boolean' },
  /** Whatever was there. */
  anything: {},
  list: (items: JsonSchema): JsonSchema => ({ type: 'array', items }),
} as const
