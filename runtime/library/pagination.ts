import type { HttpCall } from './http-call.ts'

/** How an API hands out a long list in parts, by the arguments that ask for the next one. */
export type Pagination =
  /** A text of the last answer, or the id of its last item, says where to go on. */
  | { readonly kind: 'cursor'; readonly argument: string; readonly size?: string }
  | { readonly kind: 'page'; readonly argument: string; readonly size?: string }
  /** How many items to skip. */
  | { readonly kind: 'offset'; readonly argument: string; readonly size?: string }

/** Names as they stand in descriptions, in lower case without `_`, `-`, `.`, `$` and brackets. */
const CURSOR =
  /^(cursor|startingafter|after|pagetoken|nextpagetoken|nexttoken|paginationtoken|continuationtoken|continuation|skiptoken|nextcursor|marker|startcursor|pagecursor|pageafter|exclusivestartkey|scrollid)$/
const PAGE = /^(page|pagenumber|pageno|pagenum|pageindex|currentpage)$/
const OFFSET = /^(offset|skip|start|startat|startindex|from|pageoffset)$/
const SIZE =
  /^(perpage|pagesize|limit|count|top|first|maxresults|size|take|pagelimit|results|resultsperpage|itemsperpage)$/

/**
 * Recognises by the query parameters of a call how its answers are paged. `start`, `skip` and `from` also mean dates
 * and accounts: they count only beside a size.
 * @returns undefined when nothing tells of it; the answers may still have `Link` headers
 */
export function paginationOf({ parameters }: Pick<HttpCall, 'parameters'>): Pagination | undefined {
  const named = parameters.filter((parameter) => parameter.in === 'query')
  const find = (pattern: RegExp) => named.find(({ name }) => pattern.test(plain(name)))?.argument
  const size = find(SIZE)
  const sized = size === undefined ? {} : { size }
  const page = find(PAGE)
  const cursor = find(CURSOR)
  // `after` alone is a date as often as a cursor; with a page number beside it, it is no cursor.
  const isCursor = cursor !== undefined && (!/^(after|marker)$/.test(plain(cursor)) || size !== undefined)
  if (isCursor && page === undefined) return { kind: 'cursor', argument: cursor, ...sized }
  if (page !== undefined) return { kind: 'page', argument: page, ...sized }
  const offset = find(OFFSET)
  const isOffset = offset !== undefined && (/offset|index|at$/.test(plain(offset)) || size !== undefined)
  return isOffset ? { kind: 'offset', argument: offset, ...sized } : undefined
}

/** One short sentence for a tool's description. */
export function paginationText({ kind, argument, size }: Pagination): string {
  const next = { cursor: 'go on with', page: 'next page with', offset: 'skip with' }[kind]
  return `Paged: ${next} "${argument}"${size === undefined ? '' : `, size with "${size}"`}.`
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}
