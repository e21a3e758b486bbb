import { describe, expect, it } from 'vitest'

import type { ImportOptions } from '../../../../src/model/api-importer.ts'
import { importDescription } from '../read-fixture.ts'

const paths = { '/a': { get: { operationId: 'get_a', responses: {} } } }

const regional = {
  url: 'https://{region}.b.example/{v}',
  variables: { region: { default: 'us', enum: ['us', 'eu'] }, v: { default: 'v2' } },
}

async function serversOf(parts: object, options: ImportOptions = {}) {
  const api = await importDescription({ paths, ...parts }, options)
  return { urls: api.operations[0]?.call.servers.map(({ url }) => url), hosts: api.hosts, skipped: api.skipped }
}

describe('servers', () => {
  const origin = 'https://docs.example/specs/v3/openapi.json'
  it.each<[string, object, ImportOptions, string[]]>([
    [
      'absolute ones',
      { servers: [{ url: 'https://a.example/v1/' }, { url: 'http://b.example' }] },
      {},
      ['https://a.example/v1', 'http://b.example'],
    ],
    [
      'encrypted ones before the same without',
      { servers: [{ url: 'http://a.example' }, { url: 'https://b.example' }, { url: 'https://a.example' }] },
      {},
      ['https://a.example', 'https://b.example', 'http://a.example'],
    ],
    ['relative to the origin', { servers: [{ url: '/v1' }] }, { origin }, ['https://docs.example/v1']],
    ['beside the origin', { servers: [{ url: '../v1' }] }, { origin }, ['https://docs.example/specs/v1']],
    ['none at all', { servers: [] }, { origin }, ['https://docs.example']],
    ['without the scheme', { servers: [{ url: '//a.example/v1' }] }, { origin }, ['https://a.example/v1']],
    [
      'replaced by the base URL',
      { servers: [{ url: 'https://a.example' }] },
      { baseUrl: 'http://localhost:4010/' },
      ['http://localhost:4010'],
    ],
    [
      'replaced by one of them, its variables left at their defaults',
      { servers: [{ url: 'https://a.example' }, regional] },
      { baseUrl: regional.url },
      ['https://us.b.example/v2'],
    ],
    [
      'replaced by one of them with a variable filled in',
      { servers: [regional] },
      { baseUrl: 'https://eu.b.example/{v}' },
      ['https://eu.b.example/v2'],
    ],
    [
      'without name and password',
      { servers: [{ url: 'https://me:pw@a.example/v1?x=1#y' }] },
      {},
      ['https://a.example/v1'],
    ],
    [
      'without other schemes',
      { servers: [{ url: 'wss://a.example' }, { url: 'file:///etc' }, { url: 'https://b.example' }] },
      {},
      ['https://b.example'],
    ],
    [
      'relative with variables',
      { servers: [{ url: '/{v}', variables: { v: { default: 2 } } }] },
      { origin },
      ['https://docs.example/2'],
    ],
  ])('reads %s', async (_name, parts, options, expected) => {
    expect((await serversOf(parts, options)).urls).toEqual(expected)
  })

  it('says that a base URL is needed when no address is absolute', async () => {
    const { urls, hosts, skipped } = await serversOf({ servers: [{ url: '/v1' }] })
    expect(urls).toEqual([])
    expect(hosts).toEqual([])
    expect(skipped).toMatchObject([{ pointer: '/servers', reason: expect.stringContaining('base URL') }])
  })

  it('prefers those of the operation, then those of the path', async () => {
    const own = { servers: [{ url: 'https://own.example' }] }
    const api = await importDescription({
      paths: {
        '/a': { servers: [{ url: 'https://path.example' }], get: { responses: {} }, put: { ...own, responses: {} } },
      },
    })
    expect(api.hosts).toEqual(['own.example', 'path.example'])
  })

  it('binds a credential to the hosts of the operations that use it, and to no other', async () => {
    const api = await importDescription({
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      paths: {
        '/a': { get: { responses: {} } },
        '/b': { servers: [{ url: 'https://open.example' }], get: { security: [], responses: {} } },
      },
    })
    expect(api.credentials).toMatchObject([{ name: 'TEST_TOKEN', hosts: ['api.example.com'] }])
  })
})
