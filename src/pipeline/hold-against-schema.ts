import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { TenantId } from '../model/ids.ts'
import type { JsonSchema } from '../model/tool-definition.ts'
import type { Services } from './services.ts'

/**
 * Holds a value against the schema of a tool. Both come from outside, and some pairs take minutes: it is done in a
 * worker process.
 * @param label  what the value is, for a person
 * @returns what is wrong with it, one sentence each; empty when it fits
 * @throws MetaError LIMIT_EXCEEDED when it takes too long or too much memory
 */
export async function holdAgainstSchema(
  { label, schema, value }: { readonly label: string; readonly schema: JsonSchema; readonly value: unknown },
  { workshop }: Pick<Services, 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { schemaMs: timeoutMs } = defaults.worker
  try {
    return await workshop.run('check-value', { schema, value }, { tenantId, signal, timeoutMs })
  } catch (error) {
    throw isLimit(error) ? tooCostly(`Holding ${label} against its schema`, timeoutMs, error) : error
  }
}

/**
 * Refuses schemas that no validator takes, by their names.
 * @throws MetaError SCHEMA_INVALID; LIMIT_EXCEEDED when reading them takes too long or too much memory
 */
export async function refuseInvalidSchemas(
  schemas: Readonly<Record<string, JsonSchema>>,
  { workshop }: Pick<Services, 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<void> {
  const { schemaMs: timeoutMs } = defaults.worker
  try {
    await workshop.run('check-schemas', { schemas }, { tenantId, signal, timeoutMs })
  } catch (error) {
    throw isLimit(error) ? tooCostly('Reading the schemas', timeoutMs, error) : error
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof MetaError && error.code === 'LIMIT_EXCEEDED'
}

function tooCostly(what: string, timeoutMs: number, cause: unknown): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `${what} took more than ${timeoutMs / 1_000} s, or more memory than there is, and was given up.`,
    'Make the schema simpler: without uniqueItems over long lists, and with few alternatives in anyOf and oneOf.',
    { cause },
  )
}
