import { Ajv2020 } from 'ajv/dist/2020.js'
import { isSafePattern } from '../../model/safe-pattern.ts'
import { type CheckedTool, howToMend } from '../checked-server.ts'
import type { Found, Rule } from '../rule.ts'
import { isRecord, propertiesOf, type SchemaNode } from '../schema-nodes.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** S1: one schema that is none makes clients drop the whole list. JSON Schema 2020-12; MCP 2026-07-28, schema Tool. */
export const validSchemas = rule('S1', 'warning', function* ({ tool: { inputSchema, outputSchema }, origin }) {
  for (const [part, schema] of [
    ['input', inputSchema],
    ['output', outputSchema],
  ] as const) {
    if (schema === undefined) continue
    if (schema['type'] !== 'object')
      yield {
        at: `${part} schema`,
        problem: 'Its root is no object.',
        fix: 'Wrap it: {"type": "object", "properties": {…}}',
      }
    // Those of descriptions were written by our own importer.
    else if (origin !== 'imported' && ajv.validateSchema(schema) !== true) {
      yield {
        at: `${part} schema`,
        problem: `It is no JSON Schema 2020-12: ${ajv.errorsText().slice(0, 120)}.`,
        fix: 'Correct it',
      }
    }
  }
})

/** S2 */
export const requiredProperties = rule('S2', 'warning', function* ({ nodes }) {
  for (const { schema, path } of nodes) {
    const { required } = schema
    if (!Array.isArray(required) || !isRecord(schema['properties']) || isRecord(schema['additionalProperties']))
      continue
    const missing = required.filter((name) => !Object.hasOwn(propertiesOf(schema), String(name)))
    // Parts of allOf may require what another part has.
    if (missing.length > 0 && !hasComposition(nodes)) {
      yield {
        at: placeOf(path),
        problem: `It requires "${String(missing[0]).slice(0, 40)}", which is not among its properties.`,
        fix: 'Add the property, or do not require it',
      }
    }
  }
})

/** S3 */
export const closedArguments = rule('S3', 'advice', function* ({ tool: { inputSchema }, origin }) {
  if (origin === 'connected' || 'additionalProperties' in inputSchema || 'unevaluatedProperties' in inputSchema) return
  yield {
    problem: 'It takes arguments that it does not know, so that a misspelt one is lost without a word.',
    fix: 'Set additionalProperties: false',
  }
})

/** Objects and lists within objects and lists. */
const DEEPEST = 3

/** S4 */
export const flatArguments = rule('S4', 'advice', function* ({ nodes, origin }) {
  const deep =
    origin === 'own' ? nodes.find(({ depth, schema }) => depth > DEEPEST && 'properties' in schema) : undefined
  if (deep)
    yield {
      at: placeOf(deep.path),
      problem: `It nests objects ${deep.depth} deep.`,
      fix: 'Take its parts as arguments of their own',
    }
})

const CHOICES =
  /\b(?:one of|either|must be|allowed values(?: are)?|possible values(?: are)?|valid values(?: are)?|options(?: are)?)\b ?:? ?((?:["'`][\w-]{1,30}["'`](?:, | or | and |, or |\/|\|)){1,8}["'`][\w-]{1,30}["'`])/i

/** S5 */
export const choicesAsEnum = rule('S5', 'advice', function* ({ nodes, origin }) {
  if (origin !== 'own') return
  for (const { schema, path } of nodes) {
    const { description, type } = schema
    if (type !== 'string' || 'enum' in schema || 'pattern' in schema || typeof description !== 'string') continue
    const choices = CHOICES.exec(description.slice(0, 1_000))?.[1]
    if (choices !== undefined)
      yield {
        at: placeOf(path),
        problem: `Its choices stand in prose: ${choices.slice(0, 60)}.`,
        fix: 'Make them an enum',
      }
  }
})

/** S6: what code is given without a bound, it must take without a bound. */
export const boundedTexts = rule('S6', 'advice', function* ({ nodes, origin }) {
  if (origin !== 'own') return
  const open = nodes.filter(({ schema }) => schema['type'] === 'string' && !BOUNDS.some((keyword) => keyword in schema))
  const [first] = open
  if (first)
    yield {
      at: placeOf(first.path),
      problem: `${open.length === 1 ? 'A text has' : `${open.length} texts have`} no maxLength.`,
      fix: 'Give each the length that makes sense',
    }
})

const BOUNDS = ['maxLength', 'enum', 'const', 'format', 'pattern']

/** S7: `^(a+)+$` and 29 letters block a validator for nine seconds. */
export const safePatterns = rule('S7', 'gate', function* ({ nodes, tool: { outputSchema } }) {
  const schemas = [
    ...nodes.map(({ schema, path }) => ({ schema, at: placeOf(path) })),
    ...(outputSchema ? [{ schema: outputSchema, at: 'output schema' }] : []),
  ]
  for (const { schema, at } of schemas) {
    const patterns = [
      schema['pattern'],
      ...(isRecord(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : []),
    ]
    const unsafe = patterns.filter((pattern) => typeof pattern === 'string').find((pattern) => !isSafePattern(pattern))
    if (unsafe !== undefined)
      yield {
        at,
        problem: `The pattern "${unsafe.slice(0, 60)}" can take very long, or is none.`,
        fix: 'Write one without nested repetition, or use maxLength and enum',
      }
  }
})

/** S8. MCP 2026-07-28, server/tools: references lead nowhere but into the schema itself. */
export const ownReferences = rule('S8', 'warning', function* ({ nodes }) {
  for (const { schema, path } of nodes) {
    const ref = schema['$ref'] ?? schema['$dynamicRef']
    if (typeof ref === 'string' && !ref.startsWith('#'))
      yield {
        at: placeOf(path),
        problem: `It refers to "${ref.slice(0, 60)}", which nobody fetches.`,
        fix: 'Put what it means under $defs',
      }
  }
})

const MOST_ARGUMENTS = 12

/** S9 */
export const fewArguments = rule('S9', 'advice', function* ({ tool: { inputSchema }, origin }) {
  const { length } = Object.keys(propertiesOf(inputSchema))
  if (origin === 'own' && length > MOST_ARGUMENTS)
    yield { problem: `It takes ${length} arguments.`, fix: 'Make two tools of it, or leave out what is seldom given' }
})

/** S10 */
export const describedResults = rule('S10', 'advice', function* ({ tool: { outputSchema, effect }, origin }) {
  if (origin !== 'own' || outputSchema || effect !== 'read') return
  yield {
    problem: 'It has no output schema, so that programs cannot rely on its results.',
    fix: 'Give output_schema, when it gives an object',
  }
})

/** S11 */
export const boundedLists = rule('S11', 'advice', function* ({ tool: { name, inputSchema, effect }, origin }) {
  const isList = /^(?:list|search|find_all|get_all|query)_/.test(name) && effect === 'read' && origin === 'own'
  const isBounded = Object.keys(propertiesOf(inputSchema)).some((argument) => BOUND_ARGUMENT.test(argument))
  if (isList && !isBounded)
    yield {
      problem: 'It gives a list without a limit or cursor.',
      fix: 'Take a limit, and a page or cursor for the rest',
    }
})

const BOUND_ARGUMENT =
  /^(?:.{0,20}(?:limit|per_page|page_size|pagesize|max_results|maxresults|count|size|top|take|first|cursor|page|offset|page_token|pagetoken|after))$/i

type FoundInTool = Pick<Found, 'at' | 'problem' | 'fix'>

/** A rule over one tool; its fix is completed by how that tool is changed. */
function rule(id: string, weight: Rule['weight'], find: (checked: CheckedTool) => Iterable<FoundInTool>): Rule {
  return {
    id,
    weight,
    *find({ tools }) {
      for (const checked of tools) {
        for (const found of find(checked)) {
          yield { ...found, kind: 'tool', name: checked.tool.name, fix: `${found.fix}, ${howToMend(checked)}.` }
        }
      }
    },
  }
}

function placeOf(path: string): string {
  return path === '' ? 'input schema' : `argument "${path.slice(0, 80)}"`
}

function hasComposition(nodes: readonly SchemaNode[]): boolean {
  return nodes.some(({ schema }) => 'allOf' in schema || 'anyOf' in schema || 'oneOf' in schema)
}
