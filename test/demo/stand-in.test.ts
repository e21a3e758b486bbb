import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Description } from '../../demo/github/description.ts'
import { type StandIn, startStandIn } from '../../demo/github/stand-in.ts'

const description: Description = {
  paths: {
    '/teas/{name}': {
      parameters: [{ $ref: '#/components/parameters/name' }],
      get: {
        parameters: [
          { name: 'grams', in: 'query', required: true, schema: { type: 'integer', minimum: 1 } },
          { name: 'with', in: 'query', schema: { type: 'array', items: { enum: ['milk', 'lemon'] } } },
        ],
        responses: {
          200: { content: { 'application/json': { examples: { tea: { $ref: '#/components/examples/tea' } } } } },
        },
      },
      delete: { responses: { 204: {} } },
    },
    '/teas/today': {
      get: { responses: { 200: { content: { 'text/plain': { example: 'sencha' } } } } },
      put: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Tea' } } },
        },
        responses: { 201: { content: { 'application/json': { example: { done: true } } } } },
      },
    },
  },
  components: {
    parameters: { name: { name: 'name', in: 'path', required: true, schema: { type: 'string', minLength: 3 } } },
    examples: { tea: { value: { name: 'assam', grams: 50 } } },
    schemas: {
      Tea: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, origin: { $ref: '#/components/schemas/Origin' } },
      },
      Origin: { type: 'string', nullable: true, enum: ['india', 'japan', null] },
    },
  },
}

let standIn: StandIn

beforeAll(async () => {
  standIn = await startStandIn(description)
})

afterAll(() => standIn[Symbol.asyncDispose]())

async function ask(method: string, path: string, body?: unknown, type = 'application/json') {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }
  const response = await fetch(`http://${standIn.host}${path}`, { method, ...sent })
  return { status: response.status, text: await response.text() }
}

describe('the stand-in for a described API', () => {
  it.each([
    ['the example that a reference names', 'GET', '/teas/assam?grams=50', undefined, 200, '"assam"'],
    ['repeated values of an array', 'GET', '/teas/assam?grams=5&with=milk&with=lemon', undefined, 200, '"assam"'],
    ['the more concrete of two paths', 'GET', '/teas/today', undefined, 200, 'sencha'],
    ['no content', 'DELETE', '/teas/assam', undefined, 204, ''],
    ['a body that fits', 'PUT', '/teas/today', { name: 'assam', origin: 'india' }, 201, 'done'],
    ['null where that is allowed', 'PUT', '/teas/today', { name: 'assam', origin: null }, 201, 'done'],
  ])('answers %s', async (_, method, path, body, status, text) => {
    const answer = await ask(method, path, body)
    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) })
  })

  it.each([
    ['an unknown path', 'GET', '/coffees', undefined, 404, 'no path /coffees'],
    ['a method the path does not have', 'POST', '/teas/assam', undefined, 405, 'no method POST'],
    ['a missing parameter', 'GET', '/teas/assam', undefined, 422, String.raw`query \"grams\" is missing`],
    ['a parameter of another type', 'GET', '/teas/assam?grams=few', undefined, 422, 'must be integer'],
    ['a parameter out of range', 'GET', '/teas/assam?grams=0', undefined, 422, 'must be >= 1'],
    ['a wrong value in an array', 'GET', '/teas/assam?grams=1&with=salt', undefined, 422, 'allowed values'],
    ['a path value that is too short', 'DELETE', '/teas/as', undefined, 422, 'fewer than 3'],
    [
      'an unknown parameter',
      'GET',
      '/teas/assam?grams=1&sugar=2',
      undefined,
      422,
      String.raw`query \"sugar\" is unknown`,
    ],
    ['a missing body', 'PUT', '/teas/today', undefined, 422, 'the body is missing'],
    ['a body that does not fit', 'PUT', '/teas/today', { origin: 'mars' }, 422, "required property 'name'"],
    ['a body where none is expected', 'DELETE', '/teas/assam', {}, 422, 'a body is not expected'],
  ])('refuses %s and says so', async (_, method, path, body, status, text) => {
    const answer = await ask(method, path, body)
    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) })
  })

  it('refuses a body of another type', async () => {
    const answer = await ask('PUT', '/teas/today', { name: 'assam' }, 'text/plain')
    expect(answer).toMatchObject({ status: 422, text: expect.stringContaining('should be one of: application/json') })
  })

  it('remembers what it was asked', async () => {
    await ask('DELETE', '/teas/oolong')
    expect(standIn.seen.at(-1)).toEqual({
      method: 'DELETE',
      url: '/teas/oolong',
      status: 204,
      template: '/teas/{name}',
    })
  })
})
