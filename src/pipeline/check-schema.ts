import type { JsonSchema } from '../model/tool-definition.ts'
import { MetaError } from '../errors/meta-error.ts'

/**
 * What is wrong with a value by a schema, one sentence each; empty when it fits. With a schema from outside it may take
 * minutes: see hold-against-schema.ts.
 */
export async function schemaViolations(schema: JsonSchema, value: unknown): Promise<readonly string[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  const validate = ajv.compile(schema)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath.slice(1).replaceAll('/', '.') || 'the input'} ${message}`,
  )
}

/** @throws MetaError SCHEMA_INVALID when a validator would refuse it */
export async function checkSchema(label: string, schema: JsonSchema): Promise<void> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  try {
    new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  } catch (error) {
    throw new MetaError(
      'SCHEMA_INVALID',
      `${label} is not a valid JSON Schema: ${error instanceof Error ? error.message : String(error)}.`,
      'Correct it: JSON Schema 2020-12 with {"type": "object", "properties": {…}} at the root.',
      { cause: error },
    )
  }
}
