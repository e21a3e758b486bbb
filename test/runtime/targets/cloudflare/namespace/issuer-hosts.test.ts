import { expect, it } from 'vitest'
import { issuerHosts } from '../../../../../runtime/targets/cloudflare/namespace/issuer-hosts.ts'
import { readSettings } from '../../../../../runtime/targets/cloudflare/read-settings.ts'

const signal = new AbortController().signal
const ISSUER = 'https://id.example.com/tenant'
const OPENID = `${ISSUER}/.well-known/openid-configuration`
const login = { client_id: 'desk', allow: ['sub:1'] }
const metadata = {
  issuer: ISSUER,
  jwks_uri: 'https://keys.example.com:8443/jwks',
  authorization_endpoint: 'https://pages.example.com/authorize',
  token_endpoint: 'https://tokens.example.com/token',
  userinfo_endpoint: 'https://people.example.com/me',
}
const keys = { [metadata.jwks_uri]: { keys: [] } }

it('are none where no issuer is asked', async () => {
  expect(await issuerHosts(readSettings({}), site({}), signal)).toEqual([])
})

it("are those of an issuer's metadata and keys", async () => {
  const settings = readSettings({ protection: 'oauth', issuer: ISSUER })
  const hosts = ['id.example.com', 'keys.example.com:8443']
  expect(await issuerHosts(settings, site({ [OPENID]: metadata, ...keys }), signal)).toEqual(hosts)
  const older = 'https://id.example.com/.well-known/oauth-authorization-server/tenant'
  expect(await issuerHosts(settings, site({ [older]: metadata, ...keys }), signal)).toEqual(hosts)
})

it('are also those where a login exchanges codes and asks about people, but not those that a browser is sent to', async () => {
  const settings = readSettings({ protection: 'login', login: { ...login, issuer: ISSUER } })
  const hosts = ['id.example.com', 'keys.example.com:8443', 'tokens.example.com', 'people.example.com']
  expect(await issuerHosts(settings, site({ [OPENID]: metadata, ...keys }), signal)).toEqual(hosts)
})

it("are GitHub's two without asking it", async () => {
  const settings = readSettings({ protection: 'login', login: { ...login, github: true } })
  expect(await issuerHosts(settings, site({}), signal)).toEqual(['github.com', 'api.github.com'])
})

it('hold every host that redirects lead over', async () => {
  const led = ['https://one.example.com/a', 'https://two.example.com:8443/b', 'https://www.id.example.com/c']
  const [first = '', second = '', last = ''] = led
  const moved = site(
    { [last]: metadata, ...keys },
    { [OPENID]: first, [first]: second, [second]: '//www.id.example.com/c' },
  )
  const settings = readSettings({ protection: 'oauth', issuer: ISSUER })
  expect(await issuerHosts(settings, moved, signal)).toEqual([
    'id.example.com',
    'one.example.com',
    'two.example.com:8443',
    'www.id.example.com',
    'keys.example.com:8443',
  ])
})

it('are not looked for in a circle', async () => {
  const circle = site({}, { [OPENID]: `${ISSUER}/again`, [`${ISSUER}/again`]: OPENID })
  const settings = readSettings({ protection: 'oauth', issuer: ISSUER })
  await expect(issuerHosts(settings, circle, signal)).rejects.toMatchObject({
    code: 'TARGET_REFUSED',
    message: expect.stringContaining('redirected more than 5 times'),
  })
})

it.each([
  ['is another', { [OPENID]: { ...metadata, issuer: 'https://else.example.com' }, ...keys }, 'gave no metadata'],
  ['names no keys', { [OPENID]: { ...metadata, jwks_uri: undefined } }, 'names no jwks_uri'],
  ['has no keys', { [OPENID]: metadata }, 'https://keys.example.com:8443/jwks answered HTTP 404'],
  ['names no token_endpoint', { [OPENID]: { ...metadata, token_endpoint: undefined }, ...keys }, 'no token_endpoint'],
  ['does not answer', {}, `${OPENID} answered HTTP 404. https://id.example.com/.well-known/oauth-auth`],
])('cannot be had of an issuer that %s', async (_, answers, reason) => {
  const settings = readSettings({ protection: 'login', login: { ...login, issuer: ISSUER } })
  await expect(issuerHosts(settings, site(answers), signal)).rejects.toMatchObject({
    code: 'TARGET_REFUSED',
    message: expect.stringContaining(reason),
  })
})

it('are no longer looked for when the deploy is given up', async () => {
  const settings = readSettings({ protection: 'oauth', issuer: ISSUER })
  const reason = new Error('cancelled')
  await expect(issuerHosts(settings, site({}), AbortSignal.abort(reason))).rejects.toBe(reason)
})

/** @param redirects  from one address to another */
function site(
  answers: Readonly<Record<string, object>>,
  redirects: Readonly<Record<string, string>> = {},
): typeof fetch {
  return async (input, init) => {
    init?.signal?.throwIfAborted()
    const address = new Request(input).url
    const answer = answers[address]
    const location = redirects[address]
    if (location !== undefined) return new Response(null, { status: 302, headers: { location } })
    return answer ? Response.json(answer) : new Response('', { status: 404 })
  }
}
