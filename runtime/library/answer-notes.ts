import type { Operation } from './operation.ts'
import { paginationOf, paginationText } from './pagination.ts'
import { retryAfterMs } from './retry-after.ts'

/** A text that may be too long to hand on. */
export interface LongText {
  readonly text: string
  /** The answer went on after it. */
  readonly isCut?: boolean
  /** The paths of its JSON that the `fields` argument can name. */
  readonly fields?: readonly string[]
}

/** Cuts a text to `limit` characters and says so, with the arguments that make the answer smaller. */
export function boundText({ text, isCut = false, fields = [] }: LongText, limit: number, operation: Operation): string {
  if (text.length <= limit && !isCut) return text
  const total = isCut ? `more than ${text.length}` : String(text.length)
  const shown = Math.min(limit, text.length)
  const hints = [`shortened: the first ${shown} of ${total} characters.`, narrowingHint(operation)]
  const { fields: argument } = operation.call
  if (argument !== undefined) {
    const paths = fields.length > 0 ? fields.join(',') : 'id,name,owner.login'
    hints.push(`"${argument}" keeps only what it names, of: ${paths}.`)
  }
  const pagination = paginationOf(operation.call)
  if (pagination) hints.push(paginationText(pagination))
  return `${text.slice(0, limit).toWellFormed()}\n… [${hints.join(' ')}]`
}

/** "Retry after …", when the answer says so (RFC 9110, section 10.2.3); undefined otherwise. */
export function retryNote(response: Response, nowMs: number): string | undefined {
  const written = response.headers.get('retry-after')
  const waitMs = retryAfterMs(response, nowMs)
  if (waitMs !== undefined) {
    const date = /^[\d.]+$/.test(written ?? '') ? '' : ` (${written})`
    return `Retry after ${Math.ceil(waitMs / 1_000)} seconds${date}.`
  }
  if (written) return `Retry after ${written}.`
  if (response.status !== 429) return undefined
  const reset = response.headers.get('x-ratelimit-reset') ?? response.headers.get('ratelimit-reset')
  return reset ? `Too many requests; the limit resets at ${reset}.` : 'Too many requests; wait before calling again.'
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

function narrowingHint({ call }: Operation): string {
  const names = call.parameters
    .filter((parameter) => parameter.in === 'query' && NARROWING.test(parameter.argument))
    .map((parameter) => `"${parameter.argument}"`)
  return names.length > 0 ? `Ask for less with ${names.join(', ')}.` : 'Ask for a smaller part of it.'
}
