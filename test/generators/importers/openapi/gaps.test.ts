import { describe, expect, it } from 'vitest'

import { importDescription, operationNamed } from '../read-fixture.ts'

const responses = { '200': { description: 'ok' } }
const body = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } }, responses })

describe('gaps of a description', () => {
  it('keeps an operation whose body refers to something missing deep inside, and tells once', async () => {
    const broken = { type: 'object', properties: { a: { $ref: '#/components/schemas/Gone' }, b: { type: 'string' } } }
    const api = await importDescription({
      paths: {
        '/a': {
          post: { operationId: 'one_of_two', ...body(broken) },
          put: { operationId: 'two_of_two', ...body(broken) },
        },
      },
    })
    expect(api.operations).toHaveLength(2)
    expect(operationNamed(api, 'one_of_two').inputSchema).toMatchObject({
      properties: { body: { properties: { a: {}, b: { type: 'string' } } } },
    })
    expect(api.skipped).toMatchObject([{ pointer: '/components/schemas/Gone' }])
  })

  it('skips an operation whose body must go with GET, and says what to do instead', async () => {
    const operation = body({ type: 'object' })
    const required = { ...operation, requestBody: { ...operation.requestBody, required: true } }
    const api = await importDescription({ paths: { '/a': { get: required }, '/b': { get: operation } } })
    expect(api.operations.map(({ label }) => label)).toEqual(['GET /b'])
    expect(api.skipped).toMatchObject([
      { pointer: '/paths/~1a/get/requestBody', reason: expect.stringContaining('write it as a code tool') },
      { pointer: '/paths/~1b/get/requestBody', reason: expect.stringContaining('the call is made without') },
    ])
  })

  it('sends the headers of a multipart part that the description settles', async () => {
    const headers = { 'X-Kind': { schema: { const: 'note' } }, 'X-Open': { schema: { type: 'string' } } }
    const content = { 'multipart/form-data': { schema: { type: 'object' }, encoding: { note: { headers } } } }
    const api = await importDescription({
      paths: { '/a': { post: { operationId: 'add_note', requestBody: { content }, responses } } },
    })
    expect(operationNamed(api, 'add_note').call.body).toMatchObject({
      encoding: { note: { headers: { 'X-Kind': 'note' } } },
    })
  })

  it('offers an optional token for a security scheme that is not defined', async () => {
    const api = await importDescription({
      security: [{ forgotten: [] }],
      paths: { '/a': { get: { operationId: 'get_a', responses } } },
    })
    expect(operationNamed(api, 'get_a').call.security).toEqual([['TEST_TOKEN'], []])
    expect(api.skipped).toMatchObject([{ pointer: '/components/securitySchemes/forgotten' }])
  })

  it('offers an optional token when no security is declared but 401 is answered', async () => {
    const answers = { ...responses, '401': { description: 'who are you' } }
    const api = await importDescription({ paths: { '/a': { get: { operationId: 'get_a', responses: answers } } } })
    expect(operationNamed(api, 'get_a').call.security).toEqual([['TEST_TOKEN'], []])
  })

  it('offers no token to an API that never asks for one', async () => {
    const api = await importDescription({ paths: { '/a': { get: { operationId: 'get_a', responses } } } })
    expect(api.credentials).toEqual([])
  })

  it('adds path parameters that were forgotten, and drops those that the path does not have', async () => {
    const parameters = [{ name: 'ghost', in: 'path', required: true, schema: { type: 'string' } }]
    const api = await importDescription({
      paths: { '/a/{id}': { get: { operationId: 'get_a', parameters, responses } } },
    })
    expect(operationNamed(api, 'get_a').inputSchema).toMatchObject({
      properties: { id: { type: 'string' } },
      required: ['id'],
    })
    expect(operationNamed(api, 'get_a').call.parameters.map(({ name }) => name)).toEqual(['id'])
  })

  it('describes an operation without words by its method and path, deprecated or not', async () => {
    const api = await importDescription({
      paths: { '/a': { get: { responses: {} }, post: { deprecated: true, responses: {} } } },
    })
    expect(api.operations.map(({ description }) => description)).toEqual(['GET /a', 'Deprecated. POST /a'])
  })

  it('reads the methods of OpenAPI 3.2', async () => {
    const api = await importDescription({
      openapi: '3.2.0',
      paths: {
        '/a': {
          query: { operationId: 'query_a', ...body({ type: 'object' }) },
          additionalOperations: { COPY: { operationId: 'copy_a', responses } },
        },
      },
    })
    expect(api.operations.map(({ effect, call }) => [call.method, effect])).toEqual([
      ['QUERY', 'read'],
      ['COPY', 'write'],
    ])
    expect(operationNamed(api, 'copy_a').source.pointer).toBe('/paths/~1a/additionalOperations/COPY')
  })
})
