import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findApi, readCatalogue, searchApis } from '../../../generators/catalogue/find-api.ts'

const file = path.resolve(import.meta.dirname, '../../../generators/catalogue/apis.json')

describe('the catalogue of well-known APIs', () => {
  it('holds at least 150, each with an address, hosts and where a credential is to be had', () => {
    const catalogue = readCatalogue(file)
    expect(catalogue.length).toBeGreaterThanOrEqual(150)
    for (const { api, url, hosts, documentation } of catalogue) {
      expect(api).toMatch(/^[a-z0-9][a-z0-9-]*$/)
      expect(new URL(url).protocol, api).toBe('https:')
      expect(hosts.length, api).toBeGreaterThan(0)
      expect(URL.canParse(documentation), api).toBe(true)
    }
    expect(new Set(catalogue.map(({ api }) => api)).size).toBe(catalogue.length)
  })

  it.each(['stripe', 'github', 'slack', 'twilio', 'notion', 'openai', 'google-calendar', 'digitalocean', 'spotify'])(
    'knows %s',
    (api) => {
      expect(findApi(api, file).name.length).toBeGreaterThan(3)
    },
  )

  it('offers what is near to a name it does not know', () => {
    expect(() => findApi('strype', file)).toThrow(expect.objectContaining({ fix: expect.stringContaining('stripe') }))
  })

  it('is searched by plain words', () => {
    expect(searchApis('send text messages', file, 8).map(({ api }) => api)).toEqual(
      expect.arrayContaining([expect.stringMatching(/twilio|clicksend|bulksms|nexmo|callfire/)]),
    )
    expect(searchApis('calendar', file, 3).map(({ api }) => api)).toContain('google-calendar')
  })
})
