import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { importDescription, operationNamed } from '../../generators/importers/read-fixture.ts'
import { contextWith, recordingFetch } from './wire.ts'

async function targetOf(contentType: string, schema: object, value: unknown): Promise<string | undefined> {
  const parameter = { name: 'anything', in: 'querystring', content: { [contentType]: { schema } } }
  const api = await importDescription({
    openapi: '3.2.0',
    paths: { '/find': { get: { operationId: 'find_it', parameters: [parameter], responses: {} } } },
  })
  expect(api.skipped).toEqual([])
  const recording = recordingFetch()
  await callOperation(
    operationNamed(api, 'find_it'),
    { anything: value },
    contextWith({ fetch: recording.fetch, baseUrl: 'https://api.example.com' }),
  )
  return recording.requests[0]?.url.replace('https://api.example.com', '')
}

describe('a parameter that is the whole query (OpenAPI 3.2)', () => {
  it.each<[string, object, unknown, string]>([
    ['application/x-www-form-urlencoded', { type: 'object' }, { a: 'x y', b: [1, 2] }, '/find?a=x+y&b=1&b=2'],
    ['application/json', { type: 'object' }, { a: [1] }, '/find?%7B%22a%22%3A%5B1%5D%7D'],
    ['text/plain', { type: 'string' }, 'a&b=c', '/find?a%26b%3Dc'],
  ])('is written as %s', async (contentType, schema, value, expected) => {
    expect(await targetOf(contentType, schema, value)).toBe(expected)
  })

  it('is no query at all when it is left out', async () => {
    expect(await targetOf('application/json', { type: 'object' }, undefined)).toBe('/find')
  })
})
