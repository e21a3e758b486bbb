import { describe, expect, it } from 'vitest'

import { parseDescription } from '../../../../generators/importers/openapi/parse-description.ts'

describe('a YAML description', () => {
  it.each<[string, string, unknown]>([
    ['shares what an alias names', 'a: &a {x: 1}\nb: *a', { a: { x: 1 }, b: { x: 1 } }],
    ['merges with <<', 'a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}', { a: { x: 1, y: 1 }, b: { x: 1, y: 2 } }],
    ['keeps the last of a repeated key, as JSON does', 'a: 1\na: 2', { a: 2 }],
    [
      'keeps dates and words like yes as text',
      'a: 2026-11-21\nb: yes\nc: "3.0"',
      {
        a: '2026-11-21',
        b: 'yes',
        c: '3.0',
      },
    ],
    ['has statuses as names', "responses:\n  200: {}\n  '404': {}", { responses: { 200: {}, 404: {} } }],
    ['may hold a long text', 'a: |\n  one\n  two\nb: >-\n  one\n  two', { a: 'one\ntwo\n', b: 'one two' }],
    ['keeps a member called __proto__ a plain one', '{"__proto__": 1, a: 2}', JSON.parse('{"__proto__":1,"a":2}')],
    ['may begin with a mark and a comment', '---\n# hello\na: 1\n', { a: 1 }],
  ])('%s', (_, text, expected) => {
    expect(parseDescription(text)).toEqual(expected)
  })

  it.each([
    ['an alias that is not defined', 'a: *b', /line 1, column \d+: .*alias/],
    ['two documents', 'a: 1\n---\nb: 2', /document/],
    ['a tab where indentation is due', 'a:\n\t- b: 1\n\t c: 2', /line \d, column \d/],
  ])('with %s is refused', (_, text, message) => {
    expect(() => parseDescription(text)).toThrow(message)
  })
})
