import { CallRefused } from './call-refused.ts'
import type { HttpCall, HttpServer } from './http-call.ts'

/** The URL that a call's path is put behind: the given one, else the first server with its default variables. */
export function baseUrlOf(call: HttpCall, given: string | undefined): URL {
  const server = call.servers[0]
  const text = given ?? (server ? fillServer(server) : undefined)
  if (text === undefined) {
    throw new CallRefused('The description names no absolute server address. Set the base URL of this API first.')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CallRefused(`The base URL "${text}" is not an absolute http or https URL. Correct it first.`)
  }
  // A name and password in a URL would go to logs; credentials have a place of their own.
  url.username = ''
  url.password = ''
  return url
}

/** The server's URL with its variables filled in by their defaults. */
export function fillServer(server: HttpServer): string {
  return server.url.replace(/\{([^{}]+)\}/g, (placeholder, name: string) =>
    server.variables && Object.hasOwn(server.variables, name)
      ? (server.variables[name]?.default ?? placeholder)
      : placeholder,
  )
}
