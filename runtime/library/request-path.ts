import { CallRefused } from './call-refused.ts'
import type { HttpParameter } from './http-call.ts'
import { serializeInPath } from './serialize-parameter.ts'

/** A filled path template: `path` begins with a slash, `query` has no question mark. Both are encoded. */
export interface FilledPath {
  readonly path: string
  readonly query: string
}

/**
 * Puts path arguments into a template. An argument never leaves its segment.
 * @throws CallRefused when one is missing or empty, or would move the request to another path
 */
export function fillPath(
  template: string,
  parameters: readonly HttpParameter[],
  input: Readonly<Record<string, unknown>>,
): FilledPath {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]))
  const filled = (template.split('#')[0] ?? '').replace(/\{([^{}]+)\}/g, (placeholder, name: string) => {
    const parameter = byName.get(name)
    return parameter ? pathText(parameter, input) : placeholder
  })
  const [path, query] = splitOnce(filled, '?')
  refuseTraversal(path)
  return { path: path.startsWith('/') ? path : `/${path}`, query }
}

/**
 * Puts the path behind the base and checks where it ended up.
 * @throws CallRefused when the result has another origin, or lies outside the base's path
 */
export function joinUrl(base: URL, { path, query }: FilledPath): URL {
  const prefix = base.pathname.replace(/\/+$/, '')
  const url = new URL(`${base.origin}${prefix}${path}`)
  url.search = query
  const isInside = url.origin === base.origin && url.pathname.startsWith(`${prefix}/`)
  const isSameDepth = url.pathname.split('/').length === `${prefix}${path}`.split('/').length
  if (!isInside || !isSameDepth)
    throw new CallRefused(`The path "${path}" leads away from ${base.href}. Nothing was sent.`)
  return url
}

function pathText(parameter: HttpParameter, input: Readonly<Record<string, unknown>>): string {
  const { argument } = parameter
  const value = Object.hasOwn(input, argument) ? input[argument] : undefined
  if (value === undefined || value === null) throw new CallRefused(`Argument "${argument}" is missing. Give it.`)
  if (value === '' || (Array.isArray(value) && value.length === 0)) {
    throw new CallRefused(`Argument "${argument}" is part of the path and must not be empty.`)
  }
  return serializeInPath(parameter, value)
}

/** Servers and proxies decode a path more than once, read `\` as `/` and drop what follows `;`: each is looked through. */
function refuseTraversal(path: string): void {
  let text = path
  for (let round = 0; round < 6; round++) {
    for (const segment of text.split(/[/\\]/)) {
      const bare = segment.split(';')[0]
      if (bare === '.' || bare === '..') {
        throw new CallRefused(
          `The path "${path}" would lead to another one ("." or ".." as a segment). Nothing was sent.`,
        )
      }
    }
    const decoded = decodeOnce(text)
    if (decoded === text) return
    text = decoded
  }
}

function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function splitOnce(text: string, delimiter: string): [string, string] {
  const at = text.indexOf(delimiter)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
