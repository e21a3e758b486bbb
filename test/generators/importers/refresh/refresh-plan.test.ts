import { describe, expect, it } from 'vitest'
import type { ApiOperation } from '../../../../src/model/api-importer.ts'
import type { ToolDefinition } from '../../../../src/model/tool-definition.ts'
import { toTool } from '../../../../src/pipeline/import-tool.ts'
import { planRefresh, type RefreshInput } from '../../../../src/pipeline/refresh-plan.ts'
import { importDescription } from '../read-fixture.ts'

const responses = { '200': { description: 'ok' } }

async function read(paths: object): Promise<readonly ApiOperation[]> {
  return (await importDescription({ paths })).operations
}

const before = await read({
  '/a': { get: { operationId: 'get_a', description: 'Gets a.', responses } },
  '/b/{id}': { get: { operationId: 'get_b', description: 'Gets b.', responses } },
  '/c': { get: { operationId: 'get_c', responses } },
})
const imported = before.map(toTool)

function plan(more: Partial<RefreshInput> = {}) {
  return planRefresh({ imported, current: imported, operations: before, ...more })
}

function edit(name: string, changes: Partial<ToolDefinition>): readonly ToolDefinition[] {
  return imported.map((tool) => (tool.name === name ? { ...tool, ...changes } : tool))
}

describe('a plan of a refresh', () => {
  it('changes nothing when nothing is new', () => {
    expect(plan()).toMatchObject({ removed: [], changed: [], added: [], offered: [], unchanged: 3, isBreaking: false })
  })

  it('follows an operation by its request, then by the form of its path, then by its name, and keeps the name', async () => {
    const operations = await read({
      '/a': { get: { operationId: 'fetch_a', description: 'Gets a.', responses } },
      '/b/{key}': { get: { operationId: 'fetch_b', description: 'Gets b.', responses } },
      '/v2/c': { get: { operationId: 'get_c', responses } },
    })
    const { changed, removed, offered } = plan({ operations })
    expect(changed.map(({ tool }) => tool.name)).toEqual(['get_b', 'get_c'])
    expect([removed, offered]).toEqual([[], []])
  })

  it('keeps a description that a person edited, and brings the rest', async () => {
    const operations = await read({
      '/a': {
        get: {
          operationId: 'get_a',
          description: 'Gets an a.',
          parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
          responses,
        },
      },
    })
    const { changed, kept } = plan({ operations, current: edit('get_a', { description: 'Mine.' }) })
    expect(kept).toEqual([{ tool: 'get_a', what: 'description' }])
    expect(changed).toMatchObject([
      {
        tool: { description: 'Mine.', inputSchema: { properties: { q: {} } } },
        changes: [{ what: 'argument "q" is new' }],
      },
    ])
  })

  it('keeps a request that a person edited whole, with its arguments', async () => {
    const operations = await read({ '/a': { get: { operationId: 'get_a', description: 'New.', responses } } })
    const inputSchema = { type: 'object', properties: { mine: {} } }
    const { changed, kept } = plan({ operations, current: edit('get_a', { inputSchema }) })
    expect(kept).toEqual([{ tool: 'get_a', what: 'request' }])
    expect(changed).toMatchObject([{ tool: { description: 'New.', inputSchema } }])
  })

  it('keeps a title that a person took away', async () => {
    const operations = await read({ '/a': { get: { operationId: 'get_a', summary: 'A', responses } } })
    const [titled] = operations.map(toTool)
    const { title: _, ...untitled } = titled ?? {}
    // Without its title it is still a tool.
    const current = [untitled as ToolDefinition]
    const { changed, kept } = planRefresh({ imported: titled ? [titled] : [], current, operations })
    expect(changed).toEqual([])
    expect(kept).toEqual([{ tool: 'get_a', what: 'title' }])
  })

  it('leaves alone what a person put in a tool’s place, even when the operation is gone', () => {
    const handler = { kind: 'code' as const, source: 'return 1', hosts: [] }
    const { kept, removed } = plan({ operations: before.slice(1), current: edit('get_a', { handler }) })
    expect(kept).toEqual([{ tool: 'get_a', what: 'replaced' }])
    expect(removed).toEqual([])
  })

  it('brings back what a person removed only when it is named', () => {
    const current = imported.slice(1)
    expect(plan({ current, select: { all: true } })).toMatchObject({
      added: [],
      kept: [{ tool: 'get_a', what: 'removed' }],
    })
    expect(plan({ current, select: { operations: ['get_a'] } })).toMatchObject({ added: [{ name: 'get_a' }], kept: [] })
  })

  it('offers new operations, and adds those that are selected', async () => {
    const operations = [...before, ...(await read({ '/d': { get: { operationId: 'get_d', responses } } }))]
    expect(plan({ operations })).toMatchObject({ added: [], offered: [{ name: 'get_d' }] })
    expect(plan({ operations, select: { paths: ['/d'] } })).toMatchObject({ added: [{ name: 'get_d' }], offered: [] })
    expect(plan({ operations, select: { paths: ['/x'] } })).toMatchObject({ added: [], offered: [{ name: 'get_d' }] })
  })

  it('breaks callers when an operation is gone', () => {
    expect(plan({ operations: before.slice(1) })).toMatchObject({ removed: ['get_a'], isBreaking: true })
  })
})
