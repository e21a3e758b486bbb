import { describe, expect, it } from 'vitest'
import { applyOverlay } from '../../../../generators/importers/openapi/overlay.ts'
import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import { fixtureText, importDescription, operationNamed } from '../read-fixture.ts'

function apply(description: unknown, ...actions: readonly unknown[]) {
  const overlay = { overlay: '1.0.0', info: { title: 'Test', version: '1' }, actions }
  return applyOverlay(description, JSON.stringify(overlay))
}

describe('an overlay', () => {
  it.each([
    ['adds a member', { a: 1 }, { target: '$', update: { b: 2 } }, { a: 1, b: 2 }],
    ['replaces a plain value', { a: 1 }, { target: '$', update: { a: 2 } }, { a: 2 }],
    ['replaces what is selected itself', { a: { b: 1 } }, { target: '$.a.b', update: 2 }, { a: { b: 2 } }],
    [
      'merges objects deeply',
      { a: { b: { c: 1 } } },
      { target: '$.a', update: { b: { d: 2 } } },
      { a: { b: { c: 1, d: 2 } } },
    ],
    ['appends an entry to a list', { a: [1] }, { target: '$.a', update: { b: 1 } }, { a: [1, { b: 1 }] }],
    ['puts lists behind lists', { a: { b: [1] } }, { target: '$.a', update: { b: [2] } }, { a: { b: [1, 2] } }],
    ['removes members', { a: 1, b: 2 }, { target: '$.a', remove: true }, { b: 2 }],
    ['removes several items of a list', { a: [1, 2, 3, 4] }, { target: '$.a[0,2]', remove: true }, { a: [2, 4] }],
    ['removes nested matches', { a: { x: { x: 1 } }, x: 2 }, { target: '$..x', remove: true }, { a: {} }],
    [
      'selects with a filter',
      { l: [{ n: 'a' }, { n: 'b' }] },
      { target: "$.l[?@.n == 'b']", update: { hit: true } },
      { l: [{ n: 'a' }, { n: 'b', hit: true }] },
    ],
    ['selects with a pattern', { l: ['ab', 'b'] }, { target: "$.l[?match(@, 'a.')]", remove: true }, { l: ['b'] }],
    ['removes when told to do both', { a: 1 }, { target: '$.a', remove: true, update: 5 }, {}],
  ])('%s', (_, description, action, expected) => {
    const before = structuredClone(description)
    expect(apply(description, action)).toEqual({ description: expected, skipped: [] })
    expect(description).toEqual(before)
  })

  it('applies its actions one after another, each to what the last one left', () => {
    const { description } = apply({}, { target: '$', update: { a: {} } }, { target: '$.a', update: { b: 1 } })
    expect(description).toEqual({ a: { b: 1 } })
  })

  it('keeps members that are named like those of every object', () => {
    const { description } = applyOverlay(
      JSON.parse('{"__proto__": {"a": 1}, "b": {}}'),
      '{"overlay": "1.0.0", "actions": [{"target": "$", "update": {"__proto__": {"c": 2}}}, {"target": "$.b", "update": {"constructor": 1}}]}',
    )
    expect(JSON.stringify(description)).toBe('{"__proto__":{"a":1,"c":2},"b":{"constructor":1}}')
    expect(Object.prototype).not.toHaveProperty('c')
  })

  it.each([
    ['matches nothing', { target: '$.nowhere', remove: true }, 'matches nothing: $.nowhere'],
    ['has no target', { remove: true }, 'expected an action with a "target"'],
    ['is no object', 'remove everything', 'expected an action'],
    ['does nothing', { target: '$' }, 'neither "update" nor "remove": true'],
    ['is no JSONPath', { target: '$..[', remove: true }, '"target" cannot be searched for'],
    ['would run a script', { target: '$[?(process.exit(1))]', remove: true }, '"target" cannot be searched for'],
    ['has a pattern that could take for ever', { target: "$[?search(@, '(a+)+$')]", remove: true }, 'matches nothing'],
  ])('tells of an action that %s, and applies the others', (_, action, reason) => {
    const { description, skipped } = apply({ a: 'a'.repeat(40) + '!' }, action, { target: '$', update: { b: 2 } })
    expect(skipped).toEqual([{ pointer: 'overlay#/actions/0', reason: expect.stringContaining(reason) }])
    expect(description).toHaveProperty('b', 2)
  })

  it.each([
    ['{"overlay": "1.0.0"}', 'it is no overlay'],
    ['openapi: 3.1.0', 'it is no overlay'],
    ['{"overlay": "2.0.0", "actions": []}', 'version "2.0.0"'],
    ['{"overlay": ', 'line 1, column'],
  ])('%s is refused', (text, message) => {
    expect(() => applyOverlay({}, text)).toThrow(
      expect.objectContaining({ code: 'OVERLAY_INVALID', message: expect.stringMatching(new RegExp(message, 'i')) }),
    )
  })

  it('is refused when it changes more places than any person would', () => {
    const wide = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, {}]))
    expect(() => apply(wide, { target: '$.*', update: { a: 1 } })).toThrow(
      expect.objectContaining({ code: 'OVERLAY_INVALID' }),
    )
  })
})

describe('a description with an overlay', () => {
  it('is read as the overlay leaves it', async () => {
    const overlay = `
overlay: 1.0.0
info: { title: Only books, version: 1.0.0 }
actions:
  - target: $.paths['/books/{bookId}'].delete
    remove: true
  - target: $.paths['/books'].get
    update: { operationId: find_all_books, description: Finds every book. }
  - target: $.paths['/shelves']
    remove: true
`
    const plain = await openApiImporter.read(fixtureText('library.yaml'), {})
    const api = await openApiImporter.read(fixtureText('library.yaml'), { overlay })
    expect(api.operations).toHaveLength(plain.operations.length - 1)
    expect(operationNamed(api, 'find_all_books').description).toContain('Finds every book.')
    expect(api.skipped[0]).toEqual({ pointer: 'overlay#/actions/2', reason: "matches nothing: $.paths['/shelves']" })
  })

  it('may refer to another document, which is then loaded', async () => {
    const overlay = JSON.stringify({
      overlay: '1.0.0',
      actions: [{ target: '$.paths', update: { '/b': { $ref: 'https://api.example.com/b.json' } } }],
    })
    const other = JSON.stringify({ get: { operationId: 'get_b', responses: {} } })
    const api = await importDescription(
      { paths: {} },
      { overlay, origin: 'https://api.example.com/a.json', loadReference: () => Promise.resolve(other) },
    )
    expect(operationNamed(api, 'get_b').call.path).toBe('/b')
  })
})
