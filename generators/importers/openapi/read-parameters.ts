import type { HttpParameter } from '../../../runtime/library/http-call.ts'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { ApiDescription, OperationView, ParameterView } from './api-description.ts'
import { cleanText } from './clean-text.ts'
import type { InputDraft } from './input-draft.ts'
import { asList, asRecord, asText, kindOf, type JsonRecord } from './json-value.ts'
import { PartSkipped } from './part-skipped.ts'
import type { Security } from './security-schemes.ts'

const LONGEST_DESCRIPTION = 400

/**
 * Reads the parameters of an operation into its input and returns how each travels. A parameter that cannot be sent
 * is left out and told; when it is required, so is the operation.
 * OpenAPI 3.1, section 4.8.12
 * @throws PartSkipped when a required parameter cannot be read
 */
export function readParameters(
  api: ApiDescription,
  view: OperationView,
  security: Security,
  input: InputDraft,
): HttpParameter[] {
  const parameters: HttpParameter[] = []
  const placeholders = placeholdersOf(view.path)
  for (const parameter of view.parameters) {
    const { name, in: place } = parameter.value
    if (place === 'path' && !placeholders.has(String(name))) continue
    if (isLeftToUs(api, parameter, security)) continue
    try {
      parameters.push(readParameter(api, parameter, input))
    } catch (error) {
      if (!(error instanceof PartSkipped)) throw error
      const located = new PartSkipped(error.message, [...parameter.below, ...error.below])
      if (parameter.value.required === true) throw located
      api.skip({ pointer: located.pointerFrom(view.pointer), reason: located.message })
    }
  }
  const declared = new Set(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name))
  for (const name of placeholders) {
    if (!declared.has(name)) parameters.push(undeclared(name, input))
  }
  return parameters
}

const PLACES = ['path', 'query', 'header', 'cookie', 'querystring'] as const
type ParameterPlace = (typeof PLACES)[number]

function readParameter(api: ApiDescription, { value, document }: ParameterView, input: InputDraft): HttpParameter {
  const name = asText(value.name)
  const place = PLACES.find((candidate) => candidate === value.in)
  if (name === undefined || name === '') throw new PartSkipped(`"name" is ${kindOf(value.name)}; expected a text`)
  if (!place) throw new PartSkipped(`"in" is ${kindOf(value.in)}; expected query, querystring, header, path or cookie`)
  const [contentType, content] = Object.entries(asRecord(value.content) ?? {})[0] ?? []
  const schema = contentType === undefined ? value.schema : asRecord(content)?.schema
  const read = api.inputs.read(schema ?? {}, document)
  const description = cleanText(asText(value.description) ?? '', LONGEST_DESCRIPTION)
  const isRequired = place === 'path' || value.required === true
  const argument = input.add(
    argumentNames(name, place),
    {
      ...read,
      schema: {
        ...read.schema,
        ...(description !== '' && { description }),
        ...(value.deprecated === true && { deprecated: true }),
      },
    },
    isRequired,
  )
  const style = styleOf(value, place)
  return {
    argument,
    name,
    in: place,
    style,
    explode: typeof value.explode === 'boolean' ? value.explode : style === 'form' || style === 'deepObject',
    ...separatorsOf(api, value),
    ...(value.allowReserved === true && place === 'query' && { allowReserved: true }),
    ...(value.allowEmptyValue === true && place === 'query' && { allowEmptyValue: true }),
    ...(contentType !== undefined && { contentType }),
  }
}

/** Which styles a place allows; the first is the default (OpenAPI 3.1, section 4.8.12.2). */
const STYLES: Readonly<Record<ParameterPlace, readonly HttpParameter['style'][]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
  // Has no style: its content type says all (OpenAPI 3.2, section 4.12.1).
  querystring: ['form'],
}

function styleOf(value: JsonRecord, place: ParameterPlace): HttpParameter['style'] {
  const styles = STYLES[place]
  return styles.find((style) => style === value.style) ?? styles[0] ?? 'form'
}

/** Written by swagger-2.ts; in other dialects the word means nothing. */
export function separatorsOf({ dialect }: ApiDescription, value: JsonRecord): Pick<HttpParameter, 'separators'> {
  const separators = asList(value.separators).filter((each) => typeof each === 'string')
  return dialect === '2.0' && separators.length > 0 ? { separators } : {}
}

/** Names for an argument, best first. Models and clients accept letters, digits, `_`, `.` and `-`. */
export function argumentNames(name: string, place: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 50)
  return plain === '' ? [`${place}_parameter`] : [plain, `${plain}_${place}`]
}

/** Headers that the runtime writes itself, or fetch does (OpenAPI 3.1, section 4.8.12.2.1; Fetch, section 2.2.2). */
const OUR_HEADERS = new Set([
  'accept',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function isLeftToUs(api: ApiDescription, { value }: ParameterView, security: Security): boolean {
  const name = asText(value.name) ?? ''
  const place = asText(value.in) ?? ''
  if (place === 'header' && OUR_HEADERS.has(name.toLowerCase())) return true
  return api.security.covers(security, place, name)
}

function placeholdersOf(path: string): Set<string> {
  return new Set([...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ''))
}

/** Many descriptions forget to declare what stands in the path. */
function undeclared(name: string, input: InputDraft): HttpParameter {
  const schema: JsonSchema = { type: 'string' }
  const argument = input.add(argumentNames(name, 'path'), { schema, uses: [], size: 20 }, true)
  return { argument, name, in: 'path', style: 'simple', explode: false }
}
