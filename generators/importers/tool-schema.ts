import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { composeSchema } from './openapi/compose-schema.ts'
import { PartSkipped } from './openapi/part-skipped.ts'
import { References } from './openapi/references.ts'
import { SharedSchemas } from './openapi/shared-schemas.ts'
import { refuseLargeSchema, refuseMultiplyingSchema } from './schema-budget.ts'

/**
 * Brings the schema of a hand-written tool into the form that every validator compiles and no client refuses:
 * JSON Schema 2020-12 with an object at the root, shared parts under `$defs`.
 * @param direction  outputs keep what is readOnly, and require nothing
 * @throws MetaError SCHEMA_INVALID when the root is no object, a reference points to nothing or elsewhere, or it is too
 *   large or multiplies
 */
export function normalizeToolSchema(schema: unknown, direction: 'input' | 'output' = 'input'): JsonSchema {
  refuseLargeSchema(schema)
  const shared = new SharedSchemas(new References(new Map([['', schema]])), '3.1', direction)
  try {
    const composed = composeSchema(shared.read(schema, ''), shared)
    refuseMultiplyingSchema(composed)
    if (composed.type === 'object') return composed
    throw new MetaError(
      'SCHEMA_INVALID',
      `The root of the schema has type ${JSON.stringify(composed.type) ?? 'nothing'}; expected "object".`,
      'Wrap it: {"type": "object", "properties": {…}}.',
    )
  } catch (error) {
    if (!(error instanceof PartSkipped)) throw error
    throw new MetaError(
      'SCHEMA_INVALID',
      `The schema cannot be used: ${error.message}.`,
      'Define what "$ref" points to under "$defs" of the same schema, or write it out.',
      { cause: error },
    )
  }
}
