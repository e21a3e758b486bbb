import { describe, expect, it } from 'vitest'
import { writeFormSecret } from '../../runtime/library/form-secret.ts'
import { writeXmlSecret } from '../../runtime/library/soap/xml-secret.ts'
import { envSecretResolver, fillSecrets, placeholderOf } from '../../src/pipeline/resolve-secrets.ts'

const resolver = envSecretResolver([
  { name: 'TOKEN', host: 'api.example', value: 'geheim & mehr' },
  { name: 'LOGIN', host: 'api.example', value: 'ada:lovelace' },
  { name: 'UNSET', host: 'api.example', value: undefined },
])
const token = placeholderOf('TOKEN')

describe('secrets on their way out', () => {
  it('take the place of their placeholders in headers, query and body', () => {
    const { request, used } = fillSecrets(
      {
        url: `https://api.example/x?key=${encodeURIComponent(token)}`,
        headers: [['authorization', `Bearer ${token}`]],
        body: Buffer.from(JSON.stringify({ token })),
      },
      'api.example',
      resolver,
    )
    expect(request.url).toBe('https://api.example/x?key=geheim%20%26%20mehr')
    expect(request.headers).toEqual([['authorization', 'Bearer geheim & mehr']])
    expect(Buffer.from(request.body ?? []).toString()).toBe('{"token":"geheim & mehr"}')
    expect(used).toEqual([{ name: 'TOKEN', value: 'geheim & mehr' }])
  })

  it('are found inside Basic credentials', () => {
    const basic = Buffer.from(placeholderOf('LOGIN')).toString('base64')
    const { request } = fillSecrets(
      { url: 'https://api.example/', headers: [['authorization', `Basic ${basic}`]] },
      'api.example',
      resolver,
    )
    expect(request.headers[0]?.[1]).toBe(`Basic ${Buffer.from('ada:lovelace').toString('base64')}`)
  })

  it('are written for a form where the placeholder says so', () => {
    const [field, client] = [writeFormSecret(token, 'form'), writeFormSecret(placeholderOf('LOGIN'), 'client')]
    const body = Buffer.from(`a=${field}&${client}`)
    const { request } = fillSecrets({ url: 'https://api.example/', headers: [], body }, 'api.example', resolver)
    expect(Buffer.from(request.body ?? []).toString()).toBe('a=geheim+%26+mehr&client_id=ada&client_secret=lovelace')
  })

  it('are written for XML where the placeholder says so', () => {
    const [whole, user, password] = [
      writeXmlSecret(token, 'xml'),
      writeXmlSecret(placeholderOf('LOGIN'), 'xmlUser'),
      writeXmlSecret(placeholderOf('LOGIN'), 'xmlPassword'),
    ]
    const body = Buffer.from(`<a>${whole}</a><u>${user}</u><p>${password}</p>`)
    const { request } = fillSecrets({ url: 'https://api.example/', headers: [], body }, 'api.example', resolver)
    expect(Buffer.from(request.body ?? []).toString()).toBe('<a>geheim &amp; mehr</a><u>ada</u><p>lovelace</p>')
  })

  it('leave binary parts of a body as they are', () => {
    const body = Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from(token), Buffer.from([0x80])])
    const { request } = fillSecrets({ url: 'https://api.example/', headers: [], body }, 'api.example', resolver)
    expect(Buffer.from(request.body ?? [])).toEqual(
      Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from('geheim & mehr'), Buffer.from([0x80])]),
    )
  })

  it.each(['evil.example', 'api.example.evil.example', 'api.example:8443'])('do not leave for %s', (host) => {
    const request = { url: `https://${host}/`, headers: [['x-key', token]] as const }
    expect(() => fillSecrets(request, host, resolver)).toThrow(
      expect.objectContaining({
        code: 'HOST_NOT_ALLOWED',
        fix: expect.stringContaining(`secret set TOKEN --server <name> --host ${host}`),
      }),
    )
  })
})
