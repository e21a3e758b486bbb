import type { Credential, HttpBody, HttpCall, HttpParameter } from '../../runtime/library/http-call.ts'
import { placeholderNames, wholePlaceholder } from '../../runtime/library/placeholders.ts'
import type { Operation } from '../../runtime/library/operation.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { checkEffect, checkPlaceholders, checkTemplate, refuseWrittenKeys } from './http-template-check.ts'
import { credentialOf } from './http-template-secret.ts'
import { propertyNames, type HttpTemplate, type HttpTool, type TemplateTexts } from './http-tool.ts'

export type { HttpTemplate, HttpTool } from './http-tool.ts'

/**
 * Turns a declared http tool into an operation.
 * @returns the operation, the credential when there is a secret, and the hosts it reaches
 * @throws MetaError SCHEMA_INVALID naming placeholders that are no argument; ARGUMENTS_INVALID for the rest
 */
export function operationFromHttpTool(tool: HttpTool): {
  operation: Operation
  credential?: Credential
  hosts: readonly string[]
} {
  const { http } = tool
  const texts = readTexts(http)
  checkTemplate(http, texts)
  checkEffect(tool)
  refuseWrittenKeys(texts)
  checkPlaceholders(tool, texts)
  const credential = credentialOf(http, texts)
  const names = propertyNames(tool.inputSchema)
  const isOurs = ([, text]: readonly [string, string]) => !placeholderNames(text).includes(http.secret ?? '')
  const query = sortTexts('query', texts.query.filter(isOurs), names)
  const headers = sortTexts(
    'header',
    texts.headers.filter((header) => isOurs(header) && header[0].toLowerCase() !== 'content-type'),
    names,
  )
  const body = bodyOf(http)
  const call: HttpCall = {
    kind: 'http',
    method: http.method.toUpperCase(),
    path: texts.path,
    servers: [{ url: texts.origin }],
    parameters: [...placeholderNames(texts.path).map(pathParameter), ...query.parameters, ...headers.parameters],
    ...bothPlaces('fixed', query.fixed, headers.fixed),
    ...bothPlaces('mixed', query.mixed, headers.mixed),
    ...(body && { body }),
    accept: [],
    security: credential ? [[credential.name]] : [],
    ...(http.pick !== undefined && { pick: http.pick }),
  }
  const { name, description, effect, inputSchema, outputSchema } = tool
  return {
    operation: { name, description, effect, inputSchema, ...(outputSchema && { outputSchema }), call },
    ...(credential && { credential }),
    hosts: [texts.host],
  }
}

/** Read by hand: URL would encode the braces of placeholders. */
function readTexts(http: HttpTemplate): TemplateTexts {
  const [, origin = '', path = '', search = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)\??([^#]*)/i.exec(http.url.trim()) ?? []
  if (!URL.canParse(origin) || new URL(origin).username !== '' || origin.includes('{')) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `http.url is "${http.url}"; expected an absolute http or https URL with a fixed host and no user name.`,
      'Write it like https://api.example.com/users/{id}; placeholders may stand in path and query.',
    )
  }
  const fromUrl = search.split('&').filter((pair) => pair !== '')
  return {
    origin: new URL(origin).origin,
    host: new URL(origin).host,
    path: path === '' ? '/' : path,
    query: [
      ...fromUrl.map((pair) => splitPair(pair)),
      ...Object.entries(http.query ?? {}).map(([name, value]) => [name, String(value)] as const),
    ],
    headers: Object.entries(http.headers ?? {}),
  }
}

function splitPair(pair: string): readonly [string, string] {
  const [name = '', ...value] = pair.split('=')
  return [decode(name), decode(value.join('='))]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function pathParameter(name: string): HttpParameter {
  return { argument: name, name, in: 'path', style: 'simple', explode: false }
}

interface SortedTexts {
  readonly parameters: readonly HttpParameter[]
  readonly fixed: Readonly<Record<string, string>>
  readonly mixed: Readonly<Record<string, string>>
}

/** One placeholder is a parameter, text with placeholders is mixed, everything else is sent as it stands. */
function sortTexts(
  place: 'query' | 'header',
  texts: readonly (readonly [string, string])[],
  names: ReadonlySet<string>,
): SortedTexts {
  const parameters: HttpParameter[] = []
  const fixed: [string, string][] = []
  const mixed: [string, string][] = []
  for (const [name, text] of texts) {
    const argument = wholePlaceholder(text)
    if (argument !== undefined && names.has(argument)) {
      const isQuery = place === 'query'
      parameters.push({ argument, name, in: place, style: isQuery ? 'form' : 'simple', explode: isQuery })
    } else if (placeholderNames(text).length > 0) mixed.push([name, text])
    else fixed.push([name, text])
  }
  return { parameters, fixed: Object.fromEntries(fixed), mixed: Object.fromEntries(mixed) }
}

function bothPlaces(
  key: 'fixed' | 'mixed',
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Pick<HttpCall, 'fixed' | 'mixed'> {
  const hasQuery = Object.keys(query).length > 0
  const hasHeaders = Object.keys(headers).length > 0
  if (!hasQuery && !hasHeaders) return {}
  return { [key]: { ...(hasQuery && { query }), ...(hasHeaders && { headers }) } }
}

function bodyOf({ body, headers }: HttpTemplate): HttpBody | undefined {
  if (body === undefined || body === null) return undefined
  const declared = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const template = typeof body === 'string' && declared?.includes('json') !== false ? (parseJson(body) ?? body) : body
  const isText = typeof template === 'string' && wholePlaceholder(template) === undefined
  return { kind: 'template', mediaType: declared ?? (isText ? 'text/plain' : 'application/json'), template }
}

/** A body is often written as a JSON text; only objects and lists are told apart from plain text. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{]\s*["{[\]}]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
