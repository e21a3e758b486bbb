import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { essenceOf, isJsonType, isTextType } from '../../../runtime/library/media-type.ts'
import type { ApiDescription, OperationView } from './api-description.ts'
import { loosenMultiplyingSchema } from '../schema-budget.ts'
import { composeSchema } from './compose-schema.ts'
import { asRecord, type JsonRecord } from './json-value.ts'
import { PartSkipped } from './part-skipped.ts'

/** Characters of JSON; a list of tools carries every output schema. */
const LARGEST_OUTPUT = 1_024
const MOST_ACCEPTED = 5

export interface Answers {
  /** Media types, best first. */
  readonly accept: readonly string[]
  readonly outputSchema?: JsonSchema
  /** A JSON object or list without an output schema: parts of it can be left out (runtime/library/select-fields.ts). */
  readonly isSelectable: boolean
}

/**
 * Reads what an operation answers. A schema is kept only when it is small, has an object at its root and is the only
 * successful answer: clients refuse a whole call for one mismatch. For the same reason it demands nothing
 * (normalize-schema.ts leaves out required properties and limits of outputs).
 */
export function readAnswers(api: ApiDescription, view: OperationView): Answers {
  const successes = Object.entries(view.responses).filter(([status]) => /^2(\d\d|XX)$/i.test(status))
  const fallback = Object.entries(view.responses).filter(([status]) => status === 'default')
  const answers = (successes.length > 0 ? successes : fallback).map(([, answer]) => follow(api, answer, view.document))
  const types = answers.flatMap(({ content }) => Object.keys(content))
  const accept = [...new Set(types)].toSorted((left, right) => rank(left) - rank(right)).slice(0, MOST_ACCEPTED)
  const isSelectable = answers.some((answer) => isStructured(api, answer))
  const [only] = answers
  const [mediaType, ...others] = Object.keys(only?.content ?? {})
  const isSingle = answers.length === 1 && successes.length === 1 && others.length === 0 && view.method !== 'HEAD'
  if (!only || !isSingle || mediaType === undefined || !isJsonType(mediaType)) return { accept, isSelectable }
  const outputSchema = outputOf(api, asRecord(only.content[mediaType])?.schema, only.document)
  return outputSchema ? { accept, outputSchema, isSelectable: false } : { accept, isSelectable }
}

/** Whether an answer is JSON with members or items; what is not described may be. */
function isStructured(api: ApiDescription, { content, document }: { content: JsonRecord; document: string }): boolean {
  const mediaType = Object.keys(content).find(isJsonType)
  if (mediaType === undefined) return false
  try {
    const schema = asRecord(api.references.follow(asRecord(content[mediaType])?.schema, document).value)
    return !/^(string|number|integer|boolean|null)$/.test(String(schema?.type))
  } catch (error) {
    if (error instanceof PartSkipped) return true
    throw error
  }
}

function follow(api: ApiDescription, answer: unknown, document: string): { content: JsonRecord; document: string } {
  try {
    const located = api.references.follow(answer, document)
    return { content: contentOf(api, asRecord(located.value)), document: located.document }
  } catch (error) {
    // An answer that is described badly can still be received.
    if (error instanceof PartSkipped) return { content: {}, document }
    throw error
  }
}

/** A shared response of Swagger 2.0 holds its schema itself. */
function contentOf(api: ApiDescription, answer: JsonRecord | undefined): JsonRecord {
  if (api.dialect !== '2.0' || answer?.schema === undefined) return asRecord(answer?.content) ?? {}
  return asRecord(answer.content) ?? { 'application/json': { schema: answer.schema } }
}

function outputOf(api: ApiDescription, schema: unknown, document: string): JsonSchema | undefined {
  try {
    const target = asRecord(api.references.follow(schema, document).value)
    if (!target || !isObjectSchema(target) || !isSmallerThan(target, LARGEST_OUTPUT)) return undefined
    const root = api.outputs.read(target, api.references.follow(schema, document).document)
    const isPlain = root.uses.every((name) => api.outputs.definition(name).size <= LARGEST_OUTPUT)
    if (!isPlain || root.size > LARGEST_OUTPUT || root.schema.type !== 'object') return undefined
    const composed = loosenMultiplyingSchema(composeSchema(root, api.outputs, 20 * LARGEST_OUTPUT))
    return JSON.stringify(composed).length <= LARGEST_OUTPUT ? composed : undefined
  } catch (error) {
    // Without an output schema the tool works all the same.
    if (error instanceof PartSkipped) return undefined
    throw error
  }
}

function isObjectSchema({ type, properties, nullable }: JsonRecord): boolean {
  return (type === 'object' || type === undefined) && asRecord(properties) !== undefined && nullable !== true
}

/** Whether few values are in it: most answers are far too large to be worth reading. */
function isSmallerThan(value: unknown, most: number): boolean {
  let seen = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (++seen > most / 6) return false
    if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) waiting.push(member)
  }
  return true
}

function rank(mediaType: string): number {
  const essence = essenceOf(mediaType)
  if (essence === 'application/json') return 0
  if (isJsonType(essence)) return 1
  return isTextType(essence) ? 2 : 3
}
