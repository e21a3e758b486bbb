import { describe, expect, it } from 'vitest'
import type { ApiOperation } from '../../src/model/api-importer.ts'
import { selectOperations } from '../../src/pipeline/select-operations.ts'

function operation(name: string, method: string, path: string, tags: string[]): ApiOperation {
  return {
    name,
    description: name,
    effect: method === 'GET' ? 'read' : 'write',
    inputSchema: { type: 'object' },
    call: { kind: 'http', method, path, servers: [], parameters: [], accept: [], security: [] },
    source: { pointer: '' },
    label: `${method} ${path}`,
    tags,
  }
}

const operations = [
  operation('list_books', 'GET', '/books', ['books']),
  operation('get_book', 'GET', '/books/{id}', ['books']),
  operation('add_book', 'POST', '/books', ['books', 'admin']),
  operation('list_pages', 'GET', '/books/{id}/pages', ['pages']),
]
const names = (select: Parameters<typeof selectOperations>[1]) =>
  selectOperations(operations, select).map(({ name }) => name)

describe('the selection of operations', () => {
  it('takes those that only read where nothing is said', () => {
    expect(names(undefined)).toEqual(['list_books', 'get_book', 'list_pages'])
  })

  it('takes all when told so', () => {
    expect(names({ all: true })).toHaveLength(4)
  })

  it('goes by tag, by name, by method in any case', () => {
    expect(names({ tags: ['admin', 'pages'] })).toEqual(['add_book', 'list_pages'])
    expect(names({ operations: ['get_book'] })).toEqual(['get_book'])
    expect(names({ methods: ['post'] })).toEqual(['add_book'])
  })

  it('reads * as one segment and ** as any number', () => {
    expect(names({ paths: ['/books/*'] })).toEqual(['get_book'])
    expect(names({ paths: ['/books/**'] })).toEqual(['get_book', 'list_pages'])
    expect(names({ paths: ['/books'] })).toEqual(['list_books', 'add_book'])
    expect(names({ paths: ['**/pages', '/b*s'] })).toEqual(['list_books', 'add_book', 'list_pages'])
    expect(names({ paths: ['/books/{*}', '/*/*/p*'] })).toEqual(['get_book', 'list_pages'])
    expect(names({ paths: ['*', 'books', '/books/*/', ''] })).toEqual([])
  })

  it('wants all that is given to be met', () => {
    expect(names({ tags: ['books'], methods: ['GET'] })).toEqual(['list_books', 'get_book'])
  })
})
