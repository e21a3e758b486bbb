import { baseUrlOf } from './base-url.ts'
import type { CallContext } from './call-context.ts'
import { CallRefused } from './call-refused.ts'
import { chooseCredentials, placeCredentials } from './credentials.ts'
import type { Credential, HttpParameter } from './http-call.ts'
import type { Operation } from './operation.ts'
import { percentEncode } from './percent-encode.ts'
import { fillText, placeholderNames } from './placeholders.ts'
import { codecOf, type WrittenMessage } from './protocol.ts'
import { wholeQuery, writeBody } from './request-body.ts'
import { fillPath, joinUrl } from './request-path.ts'
import { serializeInCookie, serializeInHeader, serializeInQuery } from './serialize-parameter.ts'

/**
 * Turns a tool's input into the request that its operation describes.
 * @throws CallRefused when an argument cannot be sent, or a credential is missing
 */
export function buildRequest(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  context: CallContext,
): Request {
  const { call } = operation
  const base = baseUrlOf(call, context.baseUrl)
  const chosen = chooseCredentials(call, base.host, context)
  const credentials = placeCredentials(chosen, context)
  const filled = fillPath(call.path, parametersIn('path', call.parameters), input)
  const url = joinUrl(base, {
    path: filled.path,
    query: joinQuery([filled.query, ...queryPairs(operation, input), ...credentials.query]),
  })
  const body = bodyOf(operation, input, chosen, context)
  const headers = headersOf(operation, input)
  for (const [name, value] of credentials.headers) setHeader(headers, name, value, 'A credential')
  const cookies = [...cookiePairs(call.parameters, input), ...credentials.cookies]
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  if (body) headers.set('content-type', body.contentType)
  for (const [name, value] of Object.entries(body?.headers ?? {})) setHeader(headers, name, value, 'The operation')
  return new Request(url, {
    method: call.method,
    headers,
    body: body?.content ?? null,
    // A redirect may lead to another host; call-operation.ts decides.
    redirect: 'manual',
    signal: context.signal,
  })
}

function bodyOf(
  { call, ...operation }: Operation,
  input: Readonly<Record<string, unknown>>,
  credentials: readonly Credential[],
  { env, protocols }: CallContext,
): (Omit<WrittenMessage, 'headers'> & Partial<WrittenMessage>) | undefined {
  if (call.protocol) return codecOf(call.protocol, protocols).write(call.protocol, input, { credentials, env })
  return call.body && writeBody(call.body, input, argumentNames(operation))
}

function parametersIn(place: HttpParameter['in'], parameters: readonly HttpParameter[]): HttpParameter[] {
  return parameters.filter((parameter) => parameter.in === place)
}

/** Parameters of one place that were given, with their values; null says the same as leaving it out. */
function given(
  place: HttpParameter['in'],
  parameters: readonly HttpParameter[],
  input: Readonly<Record<string, unknown>>,
): (readonly [HttpParameter, unknown])[] {
  return parametersIn(place, parameters)
    .filter(({ argument }) => Object.hasOwn(input, argument) && input[argument] !== null)
    .map((parameter) => [parameter, input[parameter.argument]] as const)
    .filter(([, value]) => value !== undefined)
}

function queryPairs({ call, ...operation }: Operation, input: Readonly<Record<string, unknown>>): string[] {
  const fixed = Object.entries(call.fixed?.query ?? {})
  const mixed = mixedTexts(call.mixed?.query, input, argumentNames(operation))
  return [
    ...[...fixed, ...mixed].map(([name, text]) => `${percentEncode(name)}=${percentEncode(text)}`),
    ...given('query', call.parameters, input).flatMap(([parameter, value]) => serializeInQuery(parameter, value)),
    ...given('querystring', call.parameters, input).map(([parameter, value]) => wholeQuery(parameter, value)),
  ]
}

function cookiePairs(parameters: readonly HttpParameter[], input: Readonly<Record<string, unknown>>): string[] {
  return given('cookie', parameters, input).flatMap(([parameter, value]) => serializeInCookie(parameter, value))
}

function headersOf({ call, ...operation }: Operation, input: Readonly<Record<string, unknown>>): Headers {
  // Some APIs (GitHub) refuse requests without a user agent, and not every host sends one.
  const headers = new Headers({ accept: call.accept.join(', ') || '*/*', 'user-agent': 'mcp-server' })
  for (const [name, text] of Object.entries(call.fixed?.headers ?? {})) setHeader(headers, name, text, 'The operation')
  for (const [name, text] of mixedTexts(call.mixed?.headers, input, argumentNames(operation))) {
    setHeader(headers, name, text, 'An argument')
  }
  for (const [parameter, value] of given('header', call.parameters, input)) {
    setHeader(headers, parameter.name, serializeInHeader(parameter, value), `Argument "${parameter.argument}"`)
  }
  return headers
}

function setHeader(headers: Headers, name: string, value: string, origin: string): void {
  try {
    headers.set(name, value)
  } catch (error) {
    throw new CallRefused(
      `${origin} cannot be sent in the header "${name}": it holds a line break or characters outside Latin-1. Remove them.`,
      { cause: error },
    )
  }
}

function mixedTexts(
  texts: Readonly<Record<string, string>> | undefined,
  input: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): [string, string][] {
  return Object.entries(texts ?? {})
    .filter(([, text]) =>
      placeholderNames(text).every(
        (name) => !names.has(name) || (Object.hasOwn(input, name) && input[name] !== undefined),
      ),
    )
    .map(([name, text]) => [name, fillText(text, input, names)])
}

function argumentNames({ inputSchema }: Pick<Operation, 'inputSchema'>): ReadonlySet<string> {
  const { properties } = inputSchema
  return new Set(typeof properties === 'object' && properties !== null ? Object.keys(properties) : [])
}

function joinQuery(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('&')
}
