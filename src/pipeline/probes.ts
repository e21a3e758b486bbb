import type { Mock } from '../../runtime/library/mocks.ts'
import type { JsonSchema } from '../model/tool-definition.ts'
import type { TryReport } from './try-tool.ts'

/** A call that must fail in a way that helps whoever made it. */
export interface Probe {
  /** `called with nothing` */
  readonly what: string
  readonly input: Readonly<Record<string, unknown>>
  readonly mocks: readonly Mock[]
}

/** Stands in the answer of the API that knows nothing. */
const MARK = 'no such thing 7f3a'
const NOT_FOUND: Mock = { response: { status: 404, body: { message: `Not Found: ${MARK}` } } }
const EMPTY: Mock = { response: { body: {} } }

/**
 * The wrong calls that reach a tool's own code. What its schema refuses does not: the library answers that, and says
 * what was given and what is expected (runtime/library/argument-problems.ts).
 * @param sample  an input that fits the schema
 */
export function probesOf(schema: JsonSchema, sample: unknown): readonly Probe[] {
  const input: Record<string, unknown> = { ...Object(sample) }
  const properties: Record<string, unknown> = { ...Object(schema['properties']) }
  const isNothingRequired = !Array.isArray(schema['required']) || schema['required'].length === 0
  const untyped = Object.keys(properties).find((name) => isUntyped(properties[name]))
  return [
    { what: 'called with what the API does not know', input, mocks: [NOT_FOUND] },
    ...(isNothingRequired && Object.keys(properties).length > 0
      ? [{ what: 'called with nothing', input: {}, mocks: [EMPTY] }]
      : []),
    ...(untyped === undefined
      ? []
      : [
          {
            what: `called with an object as "${untyped}"`,
            input: { ...input, [untyped]: { unexpected: true } },
            mocks: [EMPTY],
          },
        ]),
  ]
}

function isUntyped(schema: unknown): boolean {
  if (schema === true) return true
  if (typeof schema !== 'object' || schema === null) return false
  return !['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => keyword in schema)
}

/** What an engine says when nobody has looked at a value. */
const ENGINE =
  /^(?:TypeError|ReferenceError|SyntaxError|RangeError): |Cannot read propert|is not (?:a function|iterable|defined|an object|a constructor)|Unexpected (?:token|end of)|\[object Object\]|is not valid JSON/

/** Why an answer to a probe helps nobody; undefined when it does. */
export function unhelpfulAnswer({ ok, problem, result }: TryReport): string | undefined {
  const said = problem ?? result?.content.map((block) => ('text' in block ? block.text : '')).join('\n') ?? ''
  if (ok) return said.includes(MARK) ? "It gives the API's 404 as a result, as if all were well." : undefined
  const [line = ''] = said.split('\n', 1)
  if (line.trim() === '') return 'It fails without a word.'
  return ENGINE.test(line) ? `It fails with "${line.slice(0, 120)}", which tells a model nothing.` : undefined
}
