import type { Operation } from './operation.ts'

/** Cuts a text to `limit` characters and says so, with the arguments that make the answer smaller. */
export function boundText(text: string, limit: number, operation: Operation, isCut = false): string {
  if (text.length <= limit && !isCut) return text
  const total = isCut ? `more than ${text.length}` : String(text.length)
  const advice = narrowingArguments(operation)
  const hint = advice.length > 0 ? `Ask for less with ${advice.join(', ')}.` : 'Ask for a smaller part of it.'
  return `${text.slice(0, limit).toWellFormed()}\n… [shortened: the first ${Math.min(limit, text.length)} of ${total} characters. ${hint}]`
}

/** "Retry after …", when the answer says so (RFC 9110, section 10.2.3); undefined otherwise. */
export function retryNote(response: Response): string | undefined {
  const value = response.headers.get('retry-after')
  if (value) return `Retry after ${/^\d+$/.test(value) ? `${value} seconds` : value}.`
  if (response.status !== 429) return undefined
  const reset = response.headers.get('x-ratelimit-reset') ?? response.headers.get('ratelimit-reset')
  return reset ? `Too many requests; the limit resets at ${reset}.` : 'Too many requests; wait before calling again.'
}

/** Query arguments of the next page, from `Link: <…>; rel="next"` (RFC 8288); undefined on the last page. */
export function nextPageNote(response: Response): string | undefined {
  const target = /<([^<>]*)>\s*;[^,<]*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1]
  const query = target?.split('?')[1]
  return query ? `There is a next page: call again with ${query.replaceAll('&', ', ')}.` : undefined
}

/** The upstream's own name of this request, for its support. */
export function requestIdOf(response: Response): string | undefined {
  for (const header of REQUEST_ID_HEADERS) {
    const value = response.headers.get(header)
    if (value) return value
  }
  return undefined
}

const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-github-request-id', 'x-amzn-requestid', 'x-correlation-id']

const NARROWING =
  /^(per_?page|page_?size|limit|count|top|first|max_?results|fields|select|page|cursor|offset|filter|q|query)$/i

function narrowingArguments({ call }: Operation): string[] {
  return call.parameters
    .filter((parameter) => parameter.in === 'query' && NARROWING.test(parameter.argument))
    .map((parameter) => `"${parameter.argument}"`)
}
