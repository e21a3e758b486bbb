import { placeholderNames } from '../../runtime/library/placeholders.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { nearestName, SECRET_NAME } from '../../src/model/names.ts'
import { changingEffect, isReadingMethod } from '../../src/model/reading-method.ts'
import { propertyNames, type HttpTemplate, type HttpTool, type TemplateTexts } from './http-tool.ts'

/** @throws MetaError ARGUMENTS_INVALID when the request could never be sent */
export function checkTemplate(http: HttpTemplate, texts: TemplateTexts): void {
  if (!/^(get|head|post|put|patch|delete|options|query)$/i.test(http.method)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `http.method is "${http.method}"; allowed are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS and QUERY.`,
      'Use one of these methods.',
    )
  }
  if (/^(get|head)$/i.test(http.method) && http.body !== undefined) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `A ${http.method.toUpperCase()} request cannot carry a body.`,
      'Move the values to http.query, or use POST.',
    )
  }
  if (http.secret !== undefined && !SECRET_NAME.test(http.secret)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `http.secret is not the name of a secret; names look like GITHUB_TOKEN.`,
      'Give the name only; the value is entered by a person and never passes through here.',
    )
  }
  if (http.pick !== undefined && http.pick !== '' && !http.pick.startsWith('/')) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `http.pick is "${http.pick}"; expected a JSON pointer such as "/data/items".`,
      'Begin it with a slash.',
    )
  }
  if (http.secret !== undefined && placeholdersIn([texts.path, http.body]).includes(http.secret)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `Secret "${http.secret}" stands in the path or body; a secret can be sent in a header or in the query.`,
      'Move {NAME} to http.headers or http.query.',
    )
  }
}

/** Clients call what only reads without asking anybody. @throws MetaError ARGUMENTS_INVALID */
export function checkEffect({ name, effect, http }: HttpTool): void {
  if (effect !== 'read' || isReadingMethod(http.method)) return
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${name}" sends ${http.method.toUpperCase()}, so its effect is not "read".`,
    `Give it the effect "${changingEffect(http.method)}".`,
  )
}

/** Headers that hold nothing but a credential. RFC 9110, sections 11.6.2 and 11.7.2; the others by habit. */
const KEY_HEADERS = /^(proxy-)?authorization$|^(x-)?api-?key$|^x-(auth|access)-token$|^private-token$/i

/** What a model has written stands in the chat. @throws MetaError SECRET_IN_ARGUMENT, without the value */
export function refuseWrittenKeys({ headers }: TemplateTexts): void {
  const written = headers.find(([name, text]) => KEY_HEADERS.test(name) && placeholderNames(text).length === 0)
  if (!written) return
  throw new MetaError(
    'SECRET_IN_ARGUMENT',
    `The header "${written[0]}" holds the value of a key. Nothing was done with it.`,
    'Name a secret instead, such as secret: "API_TOKEN" with "Bearer {API_TOKEN}" in the header ($API_TOKEN in a curl line), and let the person enter it: request_secrets. A key that stood in a chat should be renewed.',
  )
}

/** @throws MetaError SCHEMA_INVALID naming every placeholder that is neither an argument nor the secret */
export function checkPlaceholders({ inputSchema, http }: HttpTool, texts: TemplateTexts): void {
  if (inputSchema.type !== 'object') {
    throw new MetaError(
      'SCHEMA_INVALID',
      `The root of the input schema has type ${JSON.stringify(inputSchema.type) ?? 'nothing'}; expected "object".`,
      'Wrap it: {"type": "object", "properties": {…}}.',
    )
  }
  const known = propertyNames(inputSchema)
  const used = placeholdersIn([texts.path, texts.query, texts.headers, http.body])
  const unknown = used.filter((name) => !known.has(name) && name !== http.secret)
  if (unknown.length === 0) return
  throw new MetaError(
    'SCHEMA_INVALID',
    `Placeholders without an argument: ${unknown.map((name) => `{${name}}`).join(', ')}. Arguments: ${[...known].join(', ') || 'none'}.`,
    unknown.map((name) => adviceFor(name, known)).join(' '),
  )
}

function adviceFor(name: string, known: ReadonlySet<string>): string {
  const near = nearestName(name, known)
  if (near !== undefined) return `Did you mean {${near}} instead of {${name}}?`
  if (SECRET_NAME.test(name)) return `If {${name}} is a secret, set http.secret to "${name}".`
  return `Add "${name}" to the properties of the input schema, or write "{ ${name} }" with spaces when it is plain text.`
}

/** Names in every text of a value, keys left out. */
function placeholdersIn(value: unknown): string[] {
  if (typeof value === 'string') return placeholderNames(value)
  if (typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap(placeholdersIn))]
}
