import { parseArgs } from 'node:util'
import { parse } from 'shell-quote'
import { MetaError } from '../../src/errors/meta-error.ts'
import type { HttpTemplate } from '../importers/http-tool.ts'

/**
 * Turns a curl line into a declared request. `$NAME` (or `${NAME}`) is the credential; `{argument}` is an argument.
 * @throws MetaError ARGUMENTS_INVALID for what is no single curl line, or has options that no request can be made of
 */
export function readCurl(line: string): HttpTemplate {
  const { values, positionals } = readOptions(splitWords(line))
  const url = values.url ?? positionals[0]
  if (url === undefined || positionals.length > (values.url === undefined ? 1 : 0)) {
    throw invalid(`It has ${url === undefined ? 'no address' : 'more than one address'}.`, 'Give one https:// address.')
  }
  const headers = Object.fromEntries((values.header ?? []).map(splitHeader))
  if (values['user-agent'] !== undefined) headers['user-agent'] = values['user-agent']
  if (values.referer !== undefined) headers['referer'] = values.referer
  if (values.cookie !== undefined) headers['cookie'] = values.cookie
  if (values.user !== undefined) headers['authorization'] = basicHeader(values.user)
  const data = readData(values)
  const method = values.request ?? (values.head ? 'HEAD' : values.get || data === undefined ? 'GET' : 'POST')
  const secret = secretOf([url, ...Object.values(headers), JSON.stringify(data?.body ?? '')])
  return namedSecret({
    method,
    url: /^https?:\/\//i.test(url) ? url : `https://${url}`,
    ...(values.get && data ? { query: formFields(data.text) } : {}),
    ...(data && !values.get ? { body: data.body } : {}),
    headers: {
      ...(data?.type && !values.get && !hasHeader(headers, 'content-type') ? { 'content-type': data.type } : {}),
      ...headers,
    },
    ...(secret !== undefined && { secret }),
  })
}

const OPTIONS = {
  request: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd', multiple: true },
  'data-raw': { type: 'string', multiple: true },
  'data-binary': { type: 'string', multiple: true },
  'data-urlencode': { type: 'string', multiple: true },
  json: { type: 'string' },
  form: { type: 'string', short: 'F', multiple: true },
  get: { type: 'boolean', short: 'G' },
  head: { type: 'boolean', short: 'I' },
  user: { type: 'string', short: 'u' },
  url: { type: 'string' },
  'user-agent': { type: 'string', short: 'A' },
  referer: { type: 'string', short: 'e' },
  cookie: { type: 'string', short: 'b' },
  // What says how curl itself behaves means nothing to a request.
  location: { type: 'boolean', short: 'L' },
  silent: { type: 'boolean', short: 's' },
  'show-error': { type: 'boolean', short: 'S' },
  fail: { type: 'boolean', short: 'f' },
  include: { type: 'boolean', short: 'i' },
  verbose: { type: 'boolean', short: 'v' },
  compressed: { type: 'boolean' },
  globoff: { type: 'boolean', short: 'g' },
  'http1.1': { type: 'boolean' },
  http2: { type: 'boolean' },
  'max-time': { type: 'string', short: 'm' },
  'connect-timeout': { type: 'string' },
  output: { type: 'string', short: 'o' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true; strict: true }>>['values']

function splitWords(line: string): string[] {
  const joined = line.trim().replaceAll(/\\\r?\n/g, ' ')
  const open = openQuote(joined)
  if (open !== undefined)
    throw invalid(`The quote ${open} is not closed.`, 'Give the whole line; a piece of it may be missing.')
  // `$NAME` stays as it is written; which names there are is found out later.
  const words = parse(joined, (name) => `$${name}`)
  const texts = words.map((word) => (typeof word === 'string' ? word : 'pattern' in word ? word.pattern : undefined))
  if (texts[0] !== 'curl' || texts.includes(undefined)) {
    throw invalid(
      'It is no single curl line.',
      'Give one line that begins with curl, without pipes, redirections or further commands.',
    )
  }
  return texts.slice(1).filter((text) => text !== undefined)
}

/** The quote that is open at the end, as a POSIX shell reads it: a backslash escapes, but not between single quotes. */
function openQuote(line: string): string | undefined {
  let open: string | undefined
  for (let at = 0; at < line.length; at++) {
    const character = line[at]
    if (character === '\\' && open !== "'") at++
    else if (character === open) open = undefined
    else if (open === undefined && (character === '"' || character === "'")) open = character
  }
  return open
}

function readOptions(words: readonly string[]): { values: Values; positionals: readonly string[] } {
  try {
    // `-XPOST` is curl's way to write `-X POST`; parseArgs reads that too.
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, strict: true })
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause)
    const unknown = /^Unknown option '([^']+)'/.exec(told)?.[1]
    throw invalid(
      unknown === undefined ? told : `It has the option "${unknown}", which says nothing about the request itself.`,
      `Leave it out. Options that are read: ${Object.entries(OPTIONS).map(optionNames).join(', ')}.`,
    )
  }
}

/** `-X --request` */
function optionNames([name, option]: readonly [string, (typeof OPTIONS)[keyof typeof OPTIONS]]): string {
  return 'short' in option ? `-${option.short} --${name}` : `--${name}`
}

function splitHeader(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon < 1)
    throw invalid(`The header "${text}" has no name and value.`, 'Write it like "Accept: application/json".')
  return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]
}

function basicHeader(user: string): string {
  const name = /^\$\{?([A-Z][A-Z0-9_]*)\}?:?$/.exec(user)?.[1]
  if (name !== undefined) return `Basic $${name}`
  throw invalid('--user holds a name and password.', 'Put "user:password" into one secret and write --user "$NAME".')
}

interface CurlData {
  readonly text: string
  readonly body: unknown
  readonly type?: string
}

function readData(values: Values): CurlData | undefined {
  if (values.json !== undefined)
    return { text: values.json, body: parseJson(values.json) ?? values.json, type: 'application/json' }
  if (values.form)
    return { text: '', body: Object.fromEntries(values.form.map(splitField)), type: 'multipart/form-data' }
  const parts = [
    ...(values.data ?? []),
    ...(values['data-raw'] ?? []),
    ...(values['data-binary'] ?? []),
    ...(values['data-urlencode'] ?? []),
  ]
  if (parts.length === 0) return undefined
  const text = parts.join('&')
  if (parts.some((part) => part.startsWith('@')))
    throw invalid('It sends a file.', 'Declare an argument for the content, and write {argument} in its place.')
  const json = parseJson(text)
  const declared = (values.header ?? []).map(splitHeader).find(([name]) => name === 'content-type')?.[1]
  if (json !== undefined && declared?.includes('form') !== true) return { text, body: json, type: 'application/json' }
  if (declared !== undefined && !declared.includes('form')) return { text, body: text }
  return { text, body: formFields(text), type: 'application/x-www-form-urlencoded' }
}

function formFields(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('&')
      .filter(Boolean)
      .map(splitField)
      .map(([name, value]) => [decode(name), decode(value)]),
  )
}

function splitField(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

const SECRET = /\$\{?([A-Z][A-Z0-9_]{1,63})\}?/g

function secretOf(texts: readonly string[]): string | undefined {
  const names = new Set(texts.flatMap((text) => Array.from(text.matchAll(SECRET), ([, name]) => name)))
  const [first, second] = names
  if (second === undefined) return first
  throw invalid(
    `It uses ${names.size} variables: ${[...names].join(', ')}.`,
    'A tool has one credential; make the others arguments: {argument}.',
  )
}

/** Writes the secret as a declared request does: `{NAME}`. */
function namedSecret(template: HttpTemplate): HttpTemplate {
  const text = JSON.stringify(template).replaceAll(SECRET, '{$1}')
  // The same shape as before, with other texts in it.
  return JSON.parse(text) as HttpTemplate
}

function hasHeader(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.hasOwn(headers, name)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function invalid(found: string, fix: string): MetaError {
  return new MetaError('ARGUMENTS_INVALID', `The curl line can not be read: ${found}`, fix)
}
