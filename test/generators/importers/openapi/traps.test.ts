import { beforeAll, describe, expect, it } from 'vitest'

import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import type { ImportedApi } from '../../../../src/model/api-importer.ts'
import { fixtureText, operationNamed } from '../read-fixture.ts'

describe('a description full of traps', () => {
  let api: ImportedApi
  const input = (name: string) => operationNamed(api, name).inputSchema
  beforeAll(async () => {
    api = await openApiImporter.read(fixtureText('traps.yaml'), {})
  })

  it('names every skipped part with its JSON pointer and reason', () => {
    expect(api.skipped.map(({ pointer, reason }) => `${pointer}: ${reason}`)).toEqual([
      '/paths/~1bad-reference/get/parameters/0: "$ref": "#/components/schemas/Missing" points to nothing',
      '/paths/~1bad-place/get/parameters/0: "in" is the text "querry"; expected query, querystring, header, path or cookie',
      '/paths/~1bad-place/get/parameters/1: "in" is the text "body"; expected query, querystring, header, path or cookie',
      '/paths/~1bad-place/delete/parameters/0: "in" is the text "querry"; expected query, querystring, header, path or cookie',
      '/paths/~1chain/get/parameters/0: "$ref" chains go in a circle, beginning at {"$ref":"#/components/parameters/A"}',
      '/paths/~1bad-operation/get: expected an operation, found the text "nonsense"',
      '/paths/~1bad-operation/trace: method TRACE cannot be sent (Fetch standard, forbidden methods)',
      '/paths/~1digest/get/security: security scheme "digest" is of type "http digest"; apiKey, http basic, http bearer, oauth2, openIdConnect and mutualTLS can be used',
      '/paths/~1get-body/get/requestBody: a GET request cannot carry a body: the Fetch standard (section 5.4) forbids it; the call is made without',
    ])
  })

  it('names operations after operationId, else method and path, each once', () => {
    expect(api.operations.map(({ name }) => name)).toEqual([
      'circular',
      'exponential',
      'into_paths',
      'shared_get',
      'keywords',
      'same_name',
      'same_name_body',
      'hidden_text',
      'get_thing',
      'get_collide_two',
      'get_db3514',
      'this_is_an_operation_with_a_very_long_identifier_that_no_249d66',
      'this_is_an_operation_with_a_very_long_identifier_that_no_5fab6e',
      'stray_quote',
      'upload',
      'bad_place_optional',
      'get_body',
    ])
  })

  it('keeps circular schemas as shared ones', () => {
    expect(input('circular')).toMatchObject({
      properties: { body: { $ref: '#/$defs/Node' } },
      $defs: { Node: { properties: { next: { $ref: '#/$defs/Node' } } } },
    })
    expect(input('into_paths')).toEqual(input('circular'))
    expect(JSON.stringify(input('exponential')).length).toBeLessThan(1_000)
  })

  it('writes odd keywords as JSON Schema 2020-12', () => {
    expect(input('keywords').properties).toMatchObject({
      anything: {},
      list: { type: 'array' },
      nothing: { type: 'string' },
      maybe: {},
      both: { type: ['string', 'null'], enum: ['a', null] },
      above: { type: 'number', exclusiveMinimum: 1, maximum: 9 },
      pcre: { type: 'string', description: '(matches (?i)^abc$)' },
      slow: { type: 'string', description: '(matches ^(a+)+$)' },
      good: { type: 'string', pattern: '^[a-z]{2}$' },
      count: { type: 'integer', minimum: 3 },
      odd: { type: 'string' },
    })
  })

  it('writes odd keywords of bodies, leaves readOnly out, and keeps names such as __proto__', () => {
    const { body } = input('keywords').properties as Record<string, { properties: object; required: string[] }>
    expect(body?.required).toEqual(['a'])
    expect(Object.keys(body?.properties ?? {})).toEqual([
      'a',
      'secret',
      '__proto__',
      'constructor',
      'choice',
      'tuple',
      'not_this',
    ])
    expect(body?.properties).toMatchObject({
      choice: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/Node' }] },
      tuple: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
    })
  })

  it('keeps parameters of one name apart, and gives arguments names that clients accept', () => {
    const { call } = operationNamed(api, 'same_name')
    expect(call.parameters.map(({ argument, name, in: place }) => [argument, place, name])).toEqual([
      ['id', 'path', 'id'],
      ['id_query', 'query', 'id'],
      ['filter_id', 'query', 'filter[id]'],
      ['filter', 'query', '$filter'],
      ['body', 'query', 'body'],
    ])
    expect(operationNamed(api, 'same_name_body').call.body).toMatchObject({ argument: 'request_body' })
  })

  it('shows a model no more than a person sees', () => {
    expect(operationNamed(api, 'hidden_text').description).toBe('Lists things\n\nSee all and more .')
  })

  it('takes files of multipart bodies as base64 or as a URI', () => {
    const file = { type: 'object', properties: { base64: {}, uri: {} } }
    expect(input('upload').properties).toMatchObject({
      body: { properties: { file, image: file, images: { items: file }, meta: { properties: { a: {} } } } },
    })
  })

  it('reads server variables and servers of one operation', () => {
    expect(api.hosts).toEqual(['eu.traps.example', 'upload.traps.example'])
    expect(operationNamed(api, 'upload').call.servers).toEqual([{ url: 'https://upload.traps.example' }])
    expect(operationNamed(api, 'circular').call.servers[0]).toMatchObject({
      url: 'https://{region}.traps.example/{version}',
      variables: { region: { default: 'eu', enum: ['eu', 'us'] } },
    })
  })
})
