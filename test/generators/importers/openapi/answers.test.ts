import { describe, expect, it } from 'vitest'

import { importDescription, operationNamed } from '../read-fixture.ts'

const answering = async (answers: object) => {
  const api = await importDescription({ paths: { '/a': { get: { operationId: 'get_a', responses: answers } } } })
  return operationNamed(api, 'get_a')
}
const json = (schema: object) => ({ description: 'ok', content: { 'application/json': { schema } } })
const user = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer', minimum: 1 }, kind: { enum: ['a', 'b'] } },
}

describe('answers', () => {
  it('keeps a small output schema, without demands that an answer could fail', async () => {
    expect((await answering({ '200': json(user) })).outputSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'integer' }, kind: { examples: ['a', 'b'] } },
    })
  })

  it.each<[string, object]>([
    ['there are two successes', { '200': json(user), '202': json(user) }],
    ['one success has no body', { '200': json(user), '204': { description: 'none' } }],
    ['the root is a list', { '200': json({ type: 'array', items: user }) }],
    ['it may be null', { '200': json({ ...user, type: ['object', 'null'] }) }],
    [
      'it is large',
      {
        '200': json({
          type: 'object',
          properties: {
            a: { type: 'string', description: 'x'.repeat(300).replaceAll('x', 'xyz ') },
            ...Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field_${index}`, { type: 'string' }])),
          },
        }),
      },
    ],
    [
      'there are other media types',
      { '200': { description: 'ok', content: { 'application/json': { schema: user }, 'text/csv': {} } } },
    ],
  ])('leaves the output schema out when %s', async (_name, answers) => {
    expect((await answering(answers)).outputSchema).toBeUndefined()
  })

  it('accepts JSON first', async () => {
    const content = { 'text/csv': {}, 'image/png': {}, 'application/vnd.x+json': {}, 'application/json': {} }
    expect((await answering({ '200': { description: 'ok', content } })).call.accept).toEqual([
      'application/json',
      'application/vnd.x+json',
      'text/csv',
      'image/png',
    ])
  })
})
