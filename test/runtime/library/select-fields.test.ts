import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { fieldPaths, selectFields } from '../../../runtime/library/select-fields.ts'
import { contextWith, operationWith, recordingFetch } from './wire.ts'

const repos = [
  { id: 1, name: 'a', owner: { login: 'x', id: 7 }, topics: ['t'] },
  { id: 2, name: 'b', owner: null, topics: [] },
]

describe('selectFields', () => {
  it.each<[string, unknown, string, unknown]>([
    ['an object', repos[0], 'name', { name: 'a' }],
    [
      'a list',
      repos,
      'id, owner.login',
      [
        { id: 1, owner: { login: 'x' } },
        { id: 2, owner: null },
      ],
    ],
    ['a list inside an object', { total: 2, items: repos }, 'items[].name', { items: [{ name: 'a' }, { name: 'b' }] }],
    ['the same without brackets', { total: 2, items: repos }, 'items.id', { items: [{ id: 1 }, { id: 2 }] }],
    ['all below a name', repos[0], 'owner', { owner: { login: 'x', id: 7 } }],
    ['a list of texts', repos, 'topics', [{ topics: ['t'] }, { topics: [] }]],
    ['a name with a dot in it', { 'a.b': 1, c: 2 }, 'a.b', { 'a.b': 1 }],
    ['an own name like one of every object', { id: 1 }, 'constructor,id', { id: 1 }],
  ])('keeps of %s what is named, in its place', (_, value, fields, expected) => {
    expect(selectFields(value, fields).value).toEqual(expected)
  })

  it('names what is nowhere', () => {
    expect(selectFields(repos, 'id,owner.nam,x').unknown).toEqual(['owner.nam', 'x'])
  })
})

describe('fieldPaths', () => {
  it('lists what can be named, shallow first', () => {
    expect(fieldPaths({ total: 2, items: repos })).toEqual([
      'total',
      'items.id',
      'items.name',
      'items.topics',
      'items.owner.login',
      'items.owner.id',
    ])
    expect(fieldPaths(repos, 2)).toEqual(['id', 'name', '…'])
    expect(fieldPaths('text')).toEqual([])
  })
})

describe('the argument "fields" of a call', () => {
  const operation = operationWith({ fields: 'fields' })
  const call = (input: object, text: string, answerCharacters = 60_000) => {
    const respond = () => new Response(text, { headers: { 'content-type': 'application/json' } })
    const recording = recordingFetch(respond)
    const context = contextWith({ fetch: recording.fetch, limits: { answerCharacters } })
    return callOperation(operation, { ...input }, context).then((result) => ({ result, ...recording }))
  }

  it('is not sent, and keeps every digit', async () => {
    const { result, requests } = await call({ fields: 'id' }, '{"id":12345678901234567890,"b":1}')
    expect(result.content).toEqual([{ type: 'text', text: '{"id":12345678901234567890}' }])
    expect(requests[0]?.url).toBe('https://api.example.com/v1/things')
  })

  it('tells what there is instead of an unknown field', async () => {
    const { result } = await call({ fields: 'id,nam' }, JSON.stringify(repos))
    expect(result.content).toMatchObject([
      { text: '[{"id":1},{"id":2}]' },
      { text: 'Not in the answer: nam. It has: id, name, topics, owner.login, owner.id.' },
    ])
  })

  it('is offered with what it can name when an answer was cut, and makes it fit', async () => {
    const text = JSON.stringify(repos.map((repo) => ({ ...repo, body: 'x'.repeat(500) })))
    const cut = await call({}, text, 300)
    expect(cut.result.content[0]).toMatchObject({
      text: expect.stringContaining('"fields" keeps only what it names, of: id,name,topics,body,owner.login,owner.id.'),
    })
    const { result } = await call({ fields: 'name' }, text, 300)
    expect(result.content).toEqual([{ type: 'text', text: '[{"name":"a"},{"name":"b"}]' }])
  })
})
