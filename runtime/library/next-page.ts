import type { Operation } from './operation.ts'
import { paginationOf, type Pagination } from './pagination.ts'

/** An answer by what may lead to the next one. */
export interface PagedAnswer {
  readonly response: Response
  /** The JSON of the answer, before anything of it is left out; undefined when it is none. */
  readonly value: unknown
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * How to ask for the next page, in arguments of the tool: from `Link: <…>; rel="next"` (RFC 8288), from a link or
 * cursor in the answer, or counted from the page or offset that was asked for.
 * @returns undefined on the last page, and where pages are unknown
 */
export function nextPageNote({ response, value, operation, input }: PagedAnswer): string | undefined {
  const link = linkHeader(response) ?? linkInBody(value)
  const query = link?.split('#')[0]?.split('?')[1]
  if (query) return `There is a next page: call again with ${argumentsOf(query, operation)}.`
  const pagination = paginationOf(operation.call)
  const next = pagination && nextOf(pagination, value, { operation, input })
  return next && `There ${next.isSure ? 'is' : 'may be'} a next page: call again with ${next.argument}=${next.value}.`
}

interface Next {
  readonly argument: string
  readonly value: string | number
  readonly isSure: boolean
}

function nextOf(
  pagination: Pagination,
  value: unknown,
  { operation, input }: Pick<PagedAnswer, 'operation' | 'input'>,
): Next | undefined {
  const { argument, size } = pagination
  if (pagination.kind === 'cursor') {
    const cursor = cursorIn(value) ?? lastId(value)
    return cursor === undefined || cursor === input[argument] ? undefined : { argument, value: cursor, isSure: true }
  }
  // Some call a cursor an offset.
  const written = isRecord(value) ? value[argument] : undefined
  if (pagination.kind === 'offset' && typeof written === 'string') return { argument, value: written, isSure: true }
  const items = itemsOf(value)
  const more = saysMore(value)
  if (!items || items.length === 0 || more === false) return undefined
  const wanted = size === undefined ? undefined : Number(input[size])
  if (more === undefined && wanted !== undefined && items.length < wanted) return undefined
  const isSure = more === true
  if (pagination.kind === 'offset') {
    return { argument, value: (Number(input[argument]) || 0) + items.length, isSure }
  }
  const page = Number(input[argument] ?? firstPage(operation, argument))
  return Number.isInteger(page) ? { argument, value: page + 1, isSure } : undefined
}

/** Some count pages from 0, and say so in the schema. */
function firstPage({ inputSchema }: Operation, argument: string): unknown {
  const schema = isRecord(inputSchema.properties) ? inputSchema.properties[argument] : undefined
  if (!isRecord(schema)) return 1
  return schema['default'] ?? (schema['minimum'] === 0 ? 0 : 1)
}

function linkHeader(response: Response): string | undefined {
  return /<([^<>]*)>\s*;[^,<]*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1]
}

/** `next`, `links.next`, `links.next.href`, `_links.next.href`, `paging.next`, `@odata.nextLink`: a URL each. */
function linkInBody(value: unknown): string | undefined {
  for (const place of placesOf(value)) {
    for (const key of ['next', 'next_url', 'nextUrl', 'next_page_url', 'nextLink', '@odata.nextLink', 'nextPageUrl']) {
      const found = place[key]
      const link = isRecord(found) ? found['href'] : found
      if (typeof link === 'string' && /^(https?:\/)?\/?[^\s]*\?/.test(link)) return link
    }
  }
  return undefined
}

const CURSOR_KEYS = [
  'next_cursor',
  'nextCursor',
  'next_page_token',
  'nextPageToken',
  'next_token',
  'nextToken',
  'NextToken',
  'next_page',
  'continuation_token',
  'continuationToken',
  'continuation',
  'endCursor',
  'end_cursor',
  'after',
  'offset',
  'cursor',
  'scroll_id',
]

function cursorIn(value: unknown): string | number | undefined {
  if (saysMore(value) === false) return undefined
  for (const place of placesOf(value)) {
    for (const key of CURSOR_KEYS) {
      const found = place[key]
      if ((typeof found === 'string' && found !== '') || typeof found === 'number') return found
    }
  }
  return undefined
}

/** Stripe and those who follow it: `has_more` beside a list, whose last item's id is the cursor. */
function lastId(value: unknown): string | number | undefined {
  if (saysMore(value) !== true) return undefined
  const last = itemsOf(value)?.at(-1)
  const id = isRecord(last) ? last['id'] : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** Whether the answer itself says that there is more; undefined when it says nothing. */
function saysMore(value: unknown): boolean | undefined {
  for (const place of placesOf(value)) {
    for (const key of ['has_more', 'hasMore', 'has_next_page', 'hasNextPage', 'has_next', 'hasNext', 'more']) {
      const found = place[key]
      if (typeof found === 'boolean') return found
    }
    for (const key of ['is_last', 'isLast', 'last', 'isLastPage']) {
      const found = place[key]
      if (typeof found === 'boolean') return !found
    }
  }
  return undefined
}

const PLACES = [
  'meta',
  'metadata',
  'pagination',
  'paging',
  'cursors',
  'page',
  'page_info',
  'pageInfo',
  'links',
  '_links',
  'response_metadata',
]

/** The answer and the objects in it that APIs keep such news in, two deep: `paging.cursors.after`. */
function placesOf(value: unknown): Record<string, unknown>[] {
  if (!isRecord(value)) return []
  const inner = PLACES.map((key) => value[key]).filter(isRecord)
  return [value, ...inner, ...inner.flatMap((place) => PLACES.map((key) => place[key]).filter(isRecord))]
}

/** The list of an answer: itself, or the only list among its members. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (!isRecord(value)) return undefined
  const lists = Object.values(value).filter((member) => Array.isArray(member))
  return lists.length === 1 ? lists[0] : undefined
}

/** A URL's query with the names that the tool's arguments have. */
function argumentsOf(query: string, { call }: Operation): string {
  const names = new Map(
    call.parameters.filter((parameter) => parameter.in === 'query').map(({ name, argument }) => [name, argument]),
  )
  return [...new URLSearchParams(query)].map(([name, text]) => `${names.get(name) ?? name}=${text}`).join(', ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
