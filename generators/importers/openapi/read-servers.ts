import { fillServer } from '../../../runtime/library/base-url.ts'
import type { HttpServer } from '../../../runtime/library/http-call.ts'
import type { ApiDescription, OperationView } from './api-description.ts'
import { asList, asRecord, asText, asWord, property, type JsonRecord } from './json-value.ts'

/** More servers than a person chooses from. */
const MOST_SERVERS = 10

/**
 * The servers of an operation, absolute: its own, else those of its path, else those of the description. Relative
 * ones are resolved against the place where the description was read; without it they are left out.
 * OpenAPI 3.1, sections 4.8.5 and 4.8.6; Swagger 2.0: host, basePath, schemes.
 */
export function readServers(api: ApiDescription, view: OperationView): readonly HttpServer[] {
  const written = serversWritten(api, view)
  const { baseUrl } = api.options
  // It may be one of the servers as a preview shows it, with variables filled in or left at their defaults.
  if (baseUrl !== undefined) {
    const variables = Object.assign({}, ...written.map(variablesOf)) as Variables
    return [{ url: withoutSlash(fillServer({ url: baseUrl, variables })) }]
  }
  const servers = written
    .map((server) => absoluteServer(server, api.options.origin))
    .filter((server) => server !== undefined)
  return encryptedFirst(servers).slice(0, MOST_SERVERS)
}

/** Of two addresses that differ in the scheme alone the encrypted one stands in the place of both, the other at the end. */
function encryptedFirst(servers: readonly HttpServer[]): readonly HttpServer[] {
  const encrypted = new Map(servers.filter(({ url }) => url.startsWith('https:')).map((server) => [server.url, server]))
  const preferred = servers.map((server) => encrypted.get(server.url.replace(/^http:/, 'https:')) ?? server)
  return [...new Set([...preferred, ...servers])]
}

/** `host` or `host:port` that a call goes to by default. */
export function hostOf(servers: readonly HttpServer[]): string | undefined {
  const url = servers[0] && fillServer(servers[0])
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}

function serversWritten(api: ApiDescription, { operation, pathItem }: OperationView): readonly JsonRecord[] {
  if (api.dialect === '2.0') return swaggerServers(api, operation)
  for (const owner of [operation, pathItem, api.document]) {
    const servers = asList(property(owner, 'servers'))
      .map(asRecord)
      .filter((server) => server !== undefined)
    if (servers.length > 0) return servers
  }
  return [{ url: '/' }]
}

/** Encrypted addresses come first, whatever the order in the description. */
function swaggerServers({ document, options }: ApiDescription, operation: JsonRecord): readonly JsonRecord[] {
  const origin = options.origin !== undefined && URL.canParse(options.origin) ? new URL(options.origin) : undefined
  const host = asText(document.host) ?? origin?.host
  const basePath = asText(document.basePath) ?? '/'
  if (host === undefined) return [{ url: basePath }]
  const schemes = asList(operation.schemes ?? document.schemes)
    .filter((scheme) => scheme === 'http' || scheme === 'https')
    .toSorted()
    .toReversed()
  const fallback = asText(document.host) === undefined && origin ? origin.protocol.replace(':', '') : 'https'
  return (schemes.length > 0 ? schemes : [fallback]).map((scheme) => ({
    url: `${scheme}://${host}/${basePath.replace(/^\/+/, '')}`,
  }))
}

function absoluteServer(server: JsonRecord, origin: string | undefined): HttpServer | undefined {
  const written = asText(server.url)?.trim()
  if (written === undefined) return undefined
  const variables = variablesOf(server)
  const url = resolve(written, variables, origin)
  if (url === undefined) return undefined
  const used = Object.entries(variables).filter(([name]) => url.includes(`{${name}}`))
  return { url: withoutSlash(url), ...(used.length > 0 && { variables: Object.fromEntries(used) }) }
}

type Variables = Record<string, { readonly default: string; readonly enum?: readonly string[] }>

/** Placeholders stay in an absolute URL; a relative one is filled first, since URL would encode its braces. */
function resolve(written: string, variables: Variables, origin: string | undefined): string | undefined {
  const filled = fillServer({ url: written, variables })
  const isAbsolute = URL.canParse(filled)
  const base = isAbsolute ? undefined : origin
  if (!URL.canParse(filled, base)) return undefined
  const url = new URL(filled, base)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (isAbsolute && url.username === '' && url.search === '' && url.hash === '') return written
  return `${url.origin}${url.pathname}`
}

function variablesOf(server: JsonRecord): Variables {
  const entries = Object.entries(asRecord(server.variables) ?? {}).map(([name, value]) => {
    const variable = asRecord(value)
    const choices = asList(variable?.enum).filter((choice) => typeof choice === 'string')
    const preset = asWord(variable?.default) ?? choices[0] ?? ''
    return [name, { default: preset, ...(choices.length > 0 && { enum: choices }) }] as const
  })
  return Object.fromEntries(entries)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
