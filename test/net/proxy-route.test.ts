import { expect, it } from 'vitest'
import { proxyFor } from '../../src/net/proxy-route.ts'

const https = 'http://proxy.example:3128'
const goesStraight = (url: string, ...except: string[]) => proxyFor(new URL(url), { https, except }) === undefined

it('takes the proxy of the address’s scheme, and none where there is none', () => {
  const both = { https, http: 'http://other.example:8080' }
  expect(proxyFor(new URL('https://api.example/'), both)).toBe(both.https)
  expect(proxyFor(new URL('http://api.example/'), both)).toBe(both.http)
  expect(proxyFor(new URL('http://api.example/'), { https })).toBeUndefined()
  expect(proxyFor(new URL('https://api.example/'), {})).toBeUndefined()
})

it.each(['https://127.0.0.1/', 'https://127.9.9.9:8443/', 'https://[::1]/', 'https://localhost:1/'])(
  'goes straight to this machine: %s',
  (url) => expect(goesStraight(url)).toBe(true),
)

it.each([
  ['*', 'https://any.example/', true],
  ['example.com', 'https://example.com/', true],
  ['example.com', 'https://api.example.com/', true],
  ['.example.com', 'https://api.example.com/', true],
  ['*.example.com', 'https://api.example.com/', true],
  ['EXAMPLE.com.', 'https://api.example.com./', true],
  ['example.com', 'https://notexample.com/', false],
  ['example.com:8443', 'https://example.com:8443/', true],
  ['example.com:8443', 'https://example.com/', false],
  ['example.com:443', 'https://example.com/', true],
  ['10.1.2.3', 'https://10.1.2.3/', true],
  ['10.0.0.0/8', 'https://10.1.2.3/', true],
  ['10.0.0.0/8', 'https://11.1.2.3/', false],
  ['10.0.0.0/99', 'https://10.1.2.3/', false],
  ['0.1', 'https://10.0.0.1/', false],
  ['fd00::1', 'https://[fd00::1]/', true],
  ['[fd00::1]', 'https://[fd00::1]/', true],
  ['[fd00::1]:8443', 'https://[fd00::1]:8443/', true],
  ['[fd00::1]:8443', 'https://[fd00::1]/', false],
  ['fd00::/8', 'https://[fd12::9]/', true],
  ['.', 'https://example.com/', false],
])('NO_PROXY=%s leaves the proxy out for %s: %s', (entry, url, expected) => {
  expect(goesStraight(url, 'other.example', entry)).toBe(expected)
})
