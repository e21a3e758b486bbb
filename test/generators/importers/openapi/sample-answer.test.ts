import { describe, expect, it } from 'vitest'
import { sampleAnswer, sampleSchema } from '../../../../generators/importers/openapi/sample-answer.ts'

const describeApi = (responses: object, components: object = {}) =>
  JSON.stringify({ openapi: '3.1.0', info: {}, paths: { '/a~b/{id}': { get: { responses } } }, components })
const pointer = '/paths/~1a~0b~1{id}/get'
const from = (media: object) => sampleAnswer(describeApi({ 200: json(media) }), pointer)
const json = (media: object) => ({ content: { 'application/json': media } })

describe('the answer of an operation', () => {
  it("is the description's own example, of the media type, one of its examples, or the schema", () => {
    const expected = { status: 200, contentType: 'application/json', body: { id: 7 }, from: 'example' }
    expect(from({ example: { id: 7 } })).toEqual(expected)
    expect(from({ examples: { one: { value: { id: 7 } } } })).toEqual(expected)
    expect(from({ schema: { type: 'object', example: { id: 7 } } })).toEqual(expected)
  })

  it('is made of its schema, references followed, where there is none', () => {
    const text = describeApi(
      { 404: {}, 201: json({ schema: { $ref: '#/components/schemas/Pet' } }) },
      {
        schemas: {
          Pet: { type: 'object', properties: { name: { type: 'string' }, mate: { $ref: '#/components/schemas/Pet' } } },
        },
      },
    )
    expect(sampleAnswer(text, pointer)).toMatchObject({ status: 201, body: { name: 'string' }, from: 'schema' })
  })

  it('follows a shared response, and one of Swagger 2.0', () => {
    const shared = { responses: { Fine: json({ example: [1] }) } }
    const text = describeApi({ default: { $ref: '#/components/responses/Fine' } }, shared)
    expect(sampleAnswer(text, pointer)?.body).toEqual([1])
    const old = {
      swagger: '2.0',
      paths: {
        '/x': { get: { responses: { 200: { schema: { type: 'integer' }, examples: { 'application/json': 5 } } } } },
      },
    }
    expect(sampleAnswer(JSON.stringify(old), '/paths/~1x/get')).toMatchObject({ body: 5, from: 'example' })
  })

  it('is nothing where no success is described, and empty where it has no content', () => {
    expect(sampleAnswer(describeApi({ 404: {} }), pointer)).toBeUndefined()
    expect(sampleAnswer(describeApi({ 204: { description: 'Gone.' } }), pointer)).toMatchObject({
      status: 204,
      body: '',
    })
  })

  it('of schemas that refer to each other without end stays small', () => {
    const names = Array.from({ length: 60 }, (_, index) => `S${index}`)
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]))
    const schemas = Object.fromEntries(names.map((name) => [name, { type: 'object', properties }]))
    const text = describeApi({ 200: json({ schema: { $ref: '#/components/schemas/S0' } }) }, { schemas })
    const written = JSON.stringify(sampleAnswer(text, pointer))
    expect(written).toContain('"S0":{')
    expect(written.length).toBeLessThan(150_000)
  })

  it('of a schema that refers to another document is an empty object', () => {
    expect(sampleSchema({ $ref: 'https://elsewhere.example/pet.json' })).toEqual({})
  })
})
