import { describe, expect, it } from 'vitest'
import { importDescription, operationNamed } from '../read-fixture.ts'

const responses = { '200': { description: 'ok' } }

/** One operation, with what is written beside it on each level. */
async function importOne(method: string, operation: object, path: object = {}, root: object = {}) {
  const paths = { '/a': { [method]: { operationId: 'the_one', responses, ...operation }, ...path } }
  return importDescription({ paths, ...root })
}

describe('x-mcp and x-speakeasy-mcp', () => {
  it.each([
    ['x-mcp: false', { 'x-mcp': false }, {}, {}, 0],
    ['x-mcp: "false"', { 'x-mcp': 'false' }, {}, {}, 0],
    ['disabled', { 'x-mcp': { disabled: true } }, {}, {}, 0],
    ['not enabled', { 'x-mcp': { enabled: false } }, {}, {}, 0],
    ['disabled for Speakeasy', { 'x-speakeasy-mcp': { disabled: true } }, {}, {}, 0],
    ['a path that is left out', {}, { 'x-mcp': false }, {}, 0],
    ['a description that is left out', {}, {}, { 'x-mcp': false }, 0],
    ['an operation of a path that is left out', { 'x-mcp': true }, { 'x-mcp': false }, {}, 1],
    ['a path of a description that is left out', {}, { 'x-mcp': { enabled: true } }, { 'x-mcp': false }, 1],
    ['x-mcp before x-speakeasy-mcp', { 'x-mcp': true, 'x-speakeasy-mcp': { disabled: true } }, {}, {}, 1],
    ['the operation before the path', { 'x-speakeasy-mcp': { disabled: true } }, { 'x-mcp': true }, {}, 0],
  ])('decide whether there is a tool: %s', async (_, operation, path, root, count) => {
    const api = await importOne('get', operation, path, root)
    expect(api.operations).toHaveLength(count)
    expect(api.skipped.map(({ pointer }) => pointer)).toEqual(count === 0 ? ['/paths/~1a/get'] : [])
  })

  it('name, title and describe the tool', async () => {
    const hints = {
      name: 'find-Things',
      title: 'Find <b>things</b>',
      description: 'Finds things.\u200b',
      scopes: ['read'],
    }
    const api = await importOne('get', { 'x-speakeasy-mcp': hints, tags: ['things'] })
    expect(operationNamed(api, 'find_things')).toMatchObject({
      title: 'Find things',
      description: 'Finds things.',
      group: 'things',
      tags: ['things', 'scope:read'],
    })
  })

  it.each([
    ['post', { readOnlyHint: true }, 'read'],
    ['post', { readOnlyHint: true, destructiveHint: false }, 'read'],
    ['post', { destructiveHint: true }, 'delete'],
    ['post', { destructiveHint: false }, 'write'],
    ['get', { destructiveHint: false }, 'read'],
    ['get', { readOnlyHint: false }, 'write'],
    ['delete', { destructiveHint: false }, 'write'],
    ['put', { effect: 'delete', readOnlyHint: true }, 'delete'],
  ])('change what %s with %o does to %s', async (method, hints, effect) => {
    const api = await importOne(method, { 'x-mcp': hints })
    expect(operationNamed(api, 'the_one').effect).toBe(effect)
  })

  it('do not make a DELETE one that reads', async () => {
    const api = await importOne('delete', { 'x-mcp': { effect: 'read' } })
    expect(operationNamed(api, 'the_one').effect).toBe('delete')
    expect(api.skipped).toMatchObject([
      { pointer: '/paths/~1a/delete', reason: expect.stringContaining('stays a delete') },
    ])
  })

  it.each([
    ['x-mcp', 7, '/paths/~1a/get/x-mcp', 'expected true, false or an object, found the number 7'],
    ['x-mcp', { name: '!' }, '/paths/~1a/get/x-mcp/name', 'expected a name'],
    ['x-speakeasy-mcp', { disabled: 'maybe' }, '/paths/~1a/get/x-speakeasy-mcp/disabled', 'expected true or false'],
    ['x-speakeasy-mcp', { scopes: 'read' }, '/paths/~1a/get/x-speakeasy-mcp/scopes', 'expected a list of texts'],
    ['x-mcp', { effect: 'none' }, '/paths/~1a/get/x-mcp/effect', 'expected read, write or delete'],
    ['x-mcp', { description: [] }, '/paths/~1a/get/x-mcp/description', 'expected a text'],
  ])('tell what cannot be understood, and go on: %s %o', async (extension, value, pointer, reason) => {
    const api = await importOne('get', { [extension]: value })
    expect(operationNamed(api, 'the_one').effect).toBe('read')
    expect(api.skipped).toEqual([{ pointer, reason: expect.stringContaining(reason) }])
  })

  it('tell a fault of the whole description once', async () => {
    const paths = { '/a': { get: { responses }, post: { responses } }, '/b': { get: { responses } } }
    const api = await importDescription({ paths, 'x-mcp': 'perhaps' })
    expect(api.operations).toHaveLength(3)
    expect(api.skipped).toMatchObject([{ pointer: '/x-mcp' }])
  })
})
