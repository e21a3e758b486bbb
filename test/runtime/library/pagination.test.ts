import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { paginationOf, paginationText } from '../../../runtime/library/pagination.ts'
import { contextWith, operationWith, parameterWith, recordingFetch } from './wire.ts'

const queryOf = (...names: string[]) => names.map((name) => parameterWith({ argument: name, name }))

describe('paginationOf', () => {
  it.each<[readonly string[], object | undefined]>([
    [['page', 'per_page'], { kind: 'page', argument: 'page', size: 'per_page' }],
    [['pageNumber'], { kind: 'page', argument: 'pageNumber' }],
    [['limit', 'starting_after'], { kind: 'cursor', argument: 'starting_after', size: 'limit' }],
    [['pageToken', 'maxResults'], { kind: 'cursor', argument: 'pageToken', size: 'maxResults' }],
    [['page[size]', 'page[after]'], { kind: 'cursor', argument: 'page[after]', size: 'page[size]' }],
    [['cursor'], { kind: 'cursor', argument: 'cursor' }],
    [['offset', 'limit'], { kind: 'offset', argument: 'offset', size: 'limit' }],
    [['$skip', '$top'], { kind: 'offset', argument: '$skip', size: '$top' }],
    [['page', 'after', 'per_page'], { kind: 'page', argument: 'page', size: 'per_page' }],
    [['after', 'before'], undefined],
    [['from', 'to'], undefined],
    [['start', 'end'], undefined],
    [['limit'], undefined],
    [[], undefined],
  ])('reads %j as %j', (names, expected) => {
    expect(paginationOf({ parameters: queryOf(...names) })).toEqual(expected)
  })

  it('takes no parameter of the path for a page', () => {
    expect(
      paginationOf({ parameters: [parameterWith({ argument: 'page', name: 'page', in: 'path' })] }),
    ).toBeUndefined()
  })

  it('is one sentence in a description', () => {
    expect(paginationText({ kind: 'page', argument: 'page', size: 'per_page' })).toBe(
      'Paged: next page with "page", size with "per_page".',
    )
  })
})

interface Page {
  readonly names: readonly string[]
  readonly input?: Record<string, unknown>
  readonly body: unknown
  readonly link?: string
}

/** The note beside an answer, if there is one. */
async function noteOf({ names, input = {}, body, link }: Page): Promise<string | undefined> {
  const respond = () => Response.json(body, link === undefined ? {} : { headers: { link } })
  const operation = operationWith({ parameters: queryOf(...names) })
  const { content } = await callOperation(operation, input, contextWith({ fetch: recordingFetch(respond).fetch }))
  const [, note] = content
  return note?.type === 'text' ? note.text : undefined
}

const item = (id: string) => ({ id })

describe('the next page', () => {
  it.each<[string, Page, string]>([
    [
      'a Link header',
      { names: ['page'], body: [item('a')], link: '<https://x.example/v1?page=3&q=x>; rel="next"' },
      'There is a next page: call again with page=3, q=x.',
    ],
    [
      'a link in the answer',
      { names: [], body: { results: [], next: 'https://x.example/v1?since=7' } },
      'There is a next page: call again with since=7.',
    ],
    ['HAL', { names: [], body: { _links: { next: { href: '/v1?from=7' } } } }, 'call again with from=7.'],
    ['OData', { names: [], body: { value: [], '@odata.nextLink': 'https://x.example/v1?$skip=9' } }, '$skip=9.'],
    [
      "the last item's id beside has_more (Stripe)",
      {
        names: ['limit', 'starting_after'],
        body: { object: 'list', has_more: true, data: [item('cus_1'), item('cus_2')] },
      },
      'There is a next page: call again with starting_after=cus_2.',
    ],
    [
      'a cursor (Slack)',
      { names: ['cursor', 'limit'], body: { members: [], response_metadata: { next_cursor: 'dXNl=' } } },
      'call again with cursor=dXNl=.',
    ],
    ['a token (Google)', { names: ['pageToken'], body: { items: [], nextPageToken: 'CAE' } }, 'pageToken=CAE.'],
    ['a cursor two deep', { names: ['after', 'limit'], body: { paging: { cursors: { after: 'q1' } } } }, 'after=q1.'],
    [
      'a cursor called offset',
      { names: ['offset', 'pageSize'], body: { records: [], offset: 'itr1' } },
      'offset=itr1.',
    ],
    [
      'the page that was asked for',
      { names: ['page'], input: { page: 4 }, body: [item('a')] },
      'There may be a next page: call again with page=5.',
    ],
    [
      'items and the offset that was asked for',
      { names: ['offset', 'limit'], input: { offset: 40, limit: 2 }, body: { rows: [1, 2], total: 99 } },
      'There may be a next page: call again with offset=42.',
    ],
  ])('comes from %s', async (_, page, expected) => {
    expect(await noteOf(page)).toContain(expected)
  })

  it.each<[string, Page]>([
    ['an empty list', { names: ['page'], body: [] }],
    ['a list shorter than was asked for', { names: ['page', 'limit'], input: { limit: 10 }, body: [item('a')] }],
    ['has_more: false', { names: ['limit', 'starting_after'], body: { has_more: false, data: [item('a')] } }],
    ['an empty cursor', { names: ['cursor'], body: { response_metadata: { next_cursor: '' } } }],
    ['the same cursor as before', { names: ['cursor'], input: { cursor: 'x' }, body: { next_cursor: 'x' } }],
    ['next: null', { names: [], body: { next: null, results: [] } }],
    ['an object without lists', { names: ['page'], body: item('a') }],
  ])('is not there after %s', async (_, page) => {
    expect(await noteOf(page)).toBeUndefined()
  })

  it('is named beside an answer that was cut, with how this API pages', async () => {
    const operation = operationWith({ parameters: queryOf('limit', 'starting_after') })
    const body = { has_more: true, data: [item('a'), { id: 'b', text: 'x'.repeat(500) }] }
    const { content } = await callOperation(
      operation,
      {},
      contextWith({ fetch: recordingFetch(() => Response.json(body)).fetch, limits: { answerCharacters: 100 } }),
    )
    expect(content).toMatchObject([
      { text: expect.stringContaining('Paged: go on with "starting_after", size with "limit".') },
      { text: expect.stringContaining('starting_after=b') },
    ])
  })
})
