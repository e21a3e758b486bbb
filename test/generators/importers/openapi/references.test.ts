import { describe, expect, it } from 'vitest'

import { importDescription, operationNamed } from '../read-fixture.ts'

const hostile = [
  'file:///etc/passwd',
  '/etc/passwd',
  '../../../etc/passwd#/root',
  '\\\\server\\share\\x.json',
  'gopher://127.0.0.1/x',
  'data:application/json,{}',
  'ftp://example.com/x.json',
  'javascript:alert(1)',
  'node:fs',
]

const blocked = () => Promise.reject(new Error('blocked'))

function referringTo(ref: string): object {
  const bad = { parameters: [{ name: 'x', in: 'query', required: true, schema: { $ref: ref } }] }
  return {
    paths: {
      '/bad': { get: { operationId: 'bad_one', ...bad, responses: {} } },
      '/good': { get: { operationId: 'good_one', responses: {} } },
    },
  }
}

describe('references to other documents', () => {
  it.each([...hostile, 'http://127.0.0.1/x.json', 'https://example.com/x.json', '//example.com/x.json'])(
    'loads nothing for %s without a loader, and skips only the operation that needs it',
    async (ref) => {
      const api = await importDescription(referringTo(ref))
      expect(api.operations.map(({ name }) => name)).toEqual(['good_one'])
      expect(api.skipped).toMatchObject([{ pointer: '/paths/~1bad/get/parameters/0' }])
      expect(api.skipped[0]?.reason).toContain(ref.slice(0, 10))
    },
  )

  it.each(hostile)('asks the loader for nothing but http and https: %s', async (ref) => {
    const asked: string[] = []
    const loadReference = (url: string) => {
      asked.push(url)
      return Promise.reject(new Error('blocked'))
    }
    const api = await importDescription(referringTo(ref), { loadReference })
    expect(asked).toEqual([])
    expect(api.operations.map(({ name }) => name)).toEqual(['good_one'])
  })

  it('reads a description in several files through the loader, each file once', async () => {
    const files: Record<string, string> = {
      'https://specs.example/shop/paths/users.yaml':
        "get:\n  operationId: getUser\n  parameters:\n    - $ref: '../parts.json#/id'\n  responses: {}\n",
      'https://specs.example/shop/parts.json': JSON.stringify({
        id: { name: 'id', in: 'query', schema: { $ref: '#/defs/Id' } },
        defs: { Id: { type: 'object', properties: { id: { $ref: 'openapi.json#/components/schemas/Text' } } } },
      }),
    }
    const asked: string[] = []
    const api = await importDescription(
      {
        servers: [{ url: '/v1' }],
        paths: { '/users': { $ref: './paths/users.yaml' } },
        components: { schemas: { Text: { type: 'string', maxLength: 9 } } },
      },
      {
        origin: 'https://specs.example/shop/openapi.json',
        loadReference: async (url) => {
          asked.push(url)
          return files[url] ?? ''
        },
      },
    )
    expect(asked.toSorted()).toEqual(Object.keys(files).toSorted())
    expect(api.skipped).toEqual([])
    expect(operationNamed(api, 'get_user')).toMatchObject({
      inputSchema: {
        properties: { id: { $ref: '#/$defs/defs_Id' } },
        $defs: { defs_Id: { properties: { id: { type: 'string', maxLength: 9 } } } },
      },
      call: { servers: [{ url: 'https://specs.example/v1' }] },
    })
  })

  it('skips what a failed load leaves missing', async () => {
    const api = await importDescription(referringTo('https://specs.example/x.json'), { loadReference: blocked })
    expect(api.skipped).toMatchObject([{ reason: expect.stringContaining('https://specs.example/x.json') }])
  })
})
