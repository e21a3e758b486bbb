import { beforeAll, describe, expect, it } from 'vitest'

import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import { callOperation } from '../../../../runtime/library/call-operation.ts'
import type { ImportedApi } from '../../../../src/model/api-importer.ts'
import { contextWith, recordingFetch, type RecordedRequest } from '../../../runtime/library/wire.ts'
import { fixtureText, importDescription, operationNamed } from '../read-fixture.ts'

const base = 'https://warehouse.example.com:8443/api/v2'

describe('a Swagger 2.0 description', () => {
  let api: ImportedApi
  beforeAll(async () => {
    api = await openApiImporter.read(fixtureText('warehouse.swagger.json'), {})
  })

  async function send(name: string, input: Record<string, unknown>): Promise<RecordedRequest | undefined> {
    const { requests, fetch } = recordingFetch()
    const env = {
      WAREHOUSE_SERVICE_API_KEY: 'key',
      WAREHOUSE_SERVICE_LOGIN: 'me:pw',
      WAREHOUSE_SERVICE_SECOND_TOKEN: 't',
    }
    await callOperation(operationNamed(api, name), input, contextWith({ fetch, env, credentials: api.credentials }))
    return requests[0]
  }

  it('sends every collection format', async () => {
    const sent = await send('items_list', {
      ids: [1, 2],
      codes: ['a', 'b'],
      sizes: ['s', 'm'],
      zones: ['x', 'y'],
      limit: 5,
      'X-Rev': 3,
    })
    expect(sent).toMatchObject({
      url: `${base}/items?ids=1,2&codes=a&codes=b&sizes=s%20m&zones=x%7Cy&limit=5&api_key=key`,
      headers: { 'x-rev': '3' },
    })
  })

  it('sends a body parameter as JSON, with basic credentials', async () => {
    const sent = await send('items_create', { body: { code: 'a', kind: null } })
    expect(sent).toMatchObject({
      method: 'POST',
      url: `${base}/items`,
      headers: { authorization: 'Basic bWU6cHc=', 'content-type': 'application/json' },
      body: '{"code":"a","kind":null}',
    })
  })

  it('sends form parameters as a form', async () => {
    expect(await send('moves_add', { body: { from: 'a b', to: ['x', 'y'] } })).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'from=a+b&to=x,y',
    })
  })

  it('sends file parameters as multipart, without credentials where none are needed', async () => {
    const sent = await send('items_photo', { id: '7', body: { photo: { base64: 'aGk=' }, labels: ['x', 'y'] } })
    expect(sent?.body).toMatch(
      /name="photo"; filename="photo"\r\nContent-Type: application\/octet-stream\r\n\r\nhi\r\n/,
    )
    expect(sent?.body.match(/name="labels"/g)).toHaveLength(2)
    expect(sent?.headers).not.toHaveProperty('authorization')
  })

  it('accepts what the operation produces', () => {
    expect(operationNamed(api, 'items_get_photo').call.accept).toEqual(['image/jpeg'])
  })

  it('does not ask for a parameter that a credential sends', () => {
    expect(operationNamed(api, 'items_list').inputSchema.properties).not.toHaveProperty('api_key')
  })

  it('names each scheme once', () => {
    expect(api.credentials.map(({ name, placement }) => [name, placement.type])).toEqual([
      ['WAREHOUSE_SERVICE_API_KEY', 'apiKey'],
      ['WAREHOUSE_SERVICE_LOGIN', 'basic'],
      ['WAREHOUSE_SERVICE_SECOND_TOKEN', 'bearer'],
      ['WAREHOUSE_SERVICE_TOKEN', 'bearer'],
    ])
  })

  it('leaves readOnly out of inputs and keeps it in outputs', () => {
    const { inputSchema, outputSchema } = operationNamed(api, 'items_create')
    expect(inputSchema).toMatchObject({ $defs: { Item: { required: ['code'] } } })
    expect(JSON.stringify(inputSchema)).not.toContain('"id"')
    expect(outputSchema).toMatchObject({ properties: { id: { type: 'integer' }, kind: { type: ['string', 'null'] } } })
  })
})

describe('lists of Swagger 2.0', () => {
  const list = ['a', 'b c']
  const formats = ['none', 'csv', 'ssv', 'tsv', 'pipes', 'multi', 'constructor']
  const places = ['query', 'path', 'header', 'formData', 'multipart'] as const
  let api: ImportedApi

  beforeAll(async () => {
    const paths = places.flatMap((place) => formats.map((format) => [pathOf(place, format), itemOf(place, format)]))
    const inner = { type: 'array', collectionFormat: 'csv', items: { type: 'string' } }
    const nested = { name: 'xs', in: 'query', type: 'array', collectionFormat: 'pipes', items: inner }
    api = await importDescription({
      openapi: undefined,
      swagger: '2.0',
      host: 'api.example.com',
      schemes: ['https'],
      paths: {
        ...Object.fromEntries(paths),
        '/nested': { get: { operationId: 'nested', parameters: [nested], responses: {} } },
      },
    })
  })

  async function send(name: string, input: Record<string, unknown>): Promise<RecordedRequest | undefined> {
    const { requests, fetch } = recordingFetch()
    await callOperation(operationNamed(api, name), input, contextWith({ fetch }))
    return requests[0]
  }

  it.each([
    ['none', 'xs=a,b%20c', 'a,b%20c', 'a,b c', 'xs=a,b+c', ['a,b c']],
    ['csv', 'xs=a,b%20c', 'a,b%20c', 'a,b c', 'xs=a,b+c', ['a,b c']],
    ['ssv', 'xs=a%20b%20c', 'a%20b%20c', 'a b c', 'xs=a%20b+c', ['a b c']],
    ['tsv', 'xs=a%09b%20c', 'a%09b%20c', 'a\tb c', 'xs=a%09b+c', ['a\tb c']],
    ['pipes', 'xs=a%7Cb%20c', 'a%7Cb%20c', 'a|b c', 'xs=a%7Cb+c', ['a|b c']],
    // `multi` is for queries and forms only.
    ['multi', 'xs=a&xs=b%20c', 'a,b%20c', 'a,b c', 'xs=a&xs=b+c', ['a', 'b c']],
    ['constructor', 'xs=a,b%20c', 'a,b%20c', 'a,b c', 'xs=a,b+c', ['a,b c']],
  ])('with the format %s are joined by it in every place', async (format, query, path, header, form, parts) => {
    expect((await send(`query_${format}`, { xs: list }))?.url.split('?')[1]).toBe(query)
    expect((await send(`path_${format}`, { xs: list }))?.url.split('/').at(-1)).toBe(path)
    expect((await send(`header_${format}`, { xs: list }))?.headers['xs']).toBe(header)
    expect((await send(`formdata_${format}`, { body: { xs: list } }))?.body).toBe(form)
    const body = (await send(`multipart_${format}`, { body: { xs: list } }))?.body ?? ''
    expect(Array.from(body.matchAll(/name="xs"\r\n\r\n(.*)\r\n/g), ([, text]) => text)).toEqual(parts)
  })

  it('in lists have a format of their own', async () => {
    expect((await send('nested', { xs: [['a', 'b'], ['c']] }))?.url.split('?')[1]).toBe('xs=a%2Cb%7Cc')
  })
})

function pathOf(place: string, format: string): string {
  return `/${place}-${format}${place === 'path' ? '/{xs}' : ''}`
}

function itemOf(place: string, format: string): object {
  const isForm = place === 'formData' || place === 'multipart'
  const xs = {
    name: 'xs',
    in: isForm ? 'formData' : place,
    type: 'array',
    items: { type: 'string' },
    required: true,
    ...(format !== 'none' && { collectionFormat: format }),
  }
  const operation = { operationId: `${place.toLowerCase()}_${format}`, parameters: [xs], responses: {} }
  return {
    [isForm ? 'post' : 'get']: { ...operation, ...(place === 'multipart' && { consumes: ['multipart/form-data'] }) },
  }
}
