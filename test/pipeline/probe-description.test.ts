import { describe, expect, it } from 'vitest'
import { type FetchText, probeDescription } from '../../src/pipeline/probe-description.ts'

const description = '{"openapi": "3.1.0", "info": {"title": "Found"}, "paths": {}}'

/** A site of fixed pages that counts what it was asked. */
function site(pages: Record<string, string>): { fetchText: FetchText; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    fetchText: async (url) => {
      asked.push(url)
      const text = pages[new URL(url).pathname]
      return text === undefined ? undefined : { url, text }
    },
  }
}

describe('a page that is no description', () => {
  it.each([
    [
      'Swagger UI',
      '<script>SwaggerUIBundle({ url: "/api/v1/spec.json", dom_id: "#ui" })</script>',
      { '/api/v1/spec.json': description },
    ],
    ['Redoc', '<redoc spec-url="spec.json"></redoc>', { '/docs/spec.json': description }],
    ['Scalar', '<script id="api-reference" data-url="/scalar.json"></script>', { '/scalar.json': description }],
    ['a service-desc link', '<link rel="service-desc" href="/d.json">', { '/d.json': description }],
    [
      "Swagger UI's initializer script",
      '<script src="./swagger-initializer.js"></script>',
      {
        '/docs/swagger-initializer.js': 'window.ui = SwaggerUIBundle({ url: "/hidden.json" })',
        '/hidden.json': description,
      },
    ],
    [
      "springdoc's configuration",
      '<script>const c = { "configUrl": "/v3/api-docs/swagger-config" }</script>',
      { '/v3/api-docs/swagger-config': '{"url": "/v3/api-docs/all"}', '/v3/api-docs/all': description },
    ],
    [
      'an API catalogue',
      '<h1>Hi</h1>',
      {
        '/.well-known/api-catalog': '{"linkset": [{"service-desc": [{"href": "/my.json"}]}]}',
        '/my.json': description,
      },
    ],
    ['nothing but a usual place', '<h1>Hi</h1>', { '/v3/api-docs': description }],
    ['a usual place beside it', '<h1>Hi</h1>', { '/docs/openapi.json': description }],
  ])('leads to it through %s', async (_, text, pages) => {
    const { fetchText } = site(pages)
    expect((await probeDescription({ url: 'https://api.example/docs/index.html', text }, fetchText)).text).toBe(
      description,
    )
  })

  it('says what was tried when there is none', async () => {
    const { fetchText, asked } = site({})
    await expect(
      probeDescription({ url: 'https://api.example/', text: '<h1>Hi</h1>' }, fetchText),
    ).rejects.toMatchObject({
      code: 'DESCRIPTION_UNREADABLE',
      message: expect.stringContaining('/openapi.json'),
    })
    expect(asked.length).toBeLessThanOrEqual(20)
  })

  it('leads to no other host', async () => {
    const { fetchText, asked } = site({})
    const text =
      '<redoc spec-url="https://evil.example/spec.json"></redoc><script>x({url: "//evil.example/a"})</script>'
    await expect(probeDescription({ url: 'https://api.example/', text }, fetchText)).rejects.toThrow('no description')
    expect(asked.every((url) => url.startsWith('https://api.example/'))).toBe(true)
  })
})
