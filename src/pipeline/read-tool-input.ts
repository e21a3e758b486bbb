import { operationFromHttpTool, type HttpTemplate } from '../../generators/importers/http-template.ts'
import { refuseUnknownTypes } from '../../generators/importers/refuse-unknown-types.ts'
import { normalizeToolSchema } from '../../generators/importers/tool-schema.ts'
import type { Credential } from '../../runtime/library/http-call.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Effect, JsonSchema, ToolDefinition } from '../model/tool-definition.ts'

/** A hand-written tool as it is given. */
export interface ToolInput {
  readonly name: string
  readonly description?: string
  readonly input_schema?: JsonSchema
  readonly effect?: Effect
  readonly http?: HttpTemplate
  readonly code?: string
  readonly curl?: string
  readonly output_schema?: JsonSchema
  readonly hosts?: readonly string[]
  readonly task?: 'optional' | 'required'
}

/**
 * The tool that an input describes, and the credential that its request needs.
 * @throws MetaError ARGUMENTS_INVALID when something is missing, or it has not just one source; SCHEMA_INVALID
 */
export async function readToolInput(input: ToolInput): Promise<{ tool: ToolDefinition; credential?: Credential }> {
  const { name, description, effect, input_schema: schema } = input
  if (description === undefined || effect === undefined || schema === undefined) throw incomplete(input)
  const source = await readSource(input)
  refuseUnknownTypes('input_schema', schema)
  refuseUnknownTypes('output_schema', input.output_schema)
  const inputSchema = normalizeToolSchema(schema)
  const outputSchema = input.output_schema && normalizeToolSchema(input.output_schema)
  const base = { name, description, effect, inputSchema, ...(outputSchema && { outputSchema }) }
  if ('code' in source) {
    const hosts = (input.hosts ?? []).map((host) => host.toLowerCase())
    return {
      tool: { ...base, handler: { kind: 'code', source: source.code, hosts, ...(input.task && { task: input.task }) } },
    }
  }
  const { operation, credential } = operationFromHttpTool({ ...base, http: source.http })
  const { call, ...definition } = operation
  return { tool: { ...definition, handler: { kind: 'operation', call } }, ...(credential && { credential }) }
}

async function readSource({
  http,
  code,
  curl,
}: ToolInput): Promise<{ readonly http: HttpTemplate } | { readonly code: string }> {
  const fromCurl = curl !== undefined && { http: (await import('../../generators/curl/read-curl.ts')).readCurl(curl) }
  const given = [http && { http }, code !== undefined && { code }, fromCurl]
  const [source, ...others] = given.filter((each) => each !== false && each !== undefined)
  if (source && others.length === 0) return source
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `A tool has one of http, code and curl; ${source ? others.length + 1 : 0} are given.`,
    'Give exactly one of them; http is preferred.',
  )
}

function incomplete(input: ToolInput): MetaError {
  const missing = (['description', 'input_schema', 'effect'] as const).filter((name) => input[name] === undefined)
  return new MetaError(
    'ARGUMENTS_INVALID',
    `The tool "${input.name}" misses ${missing.join(', ')}.`,
    'A new tool needs description, input_schema and effect; only edits of one that is there do without.',
  )
}
