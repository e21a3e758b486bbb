import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEgress } from '../../src/net/egress.ts'
import { readAuthorities } from '../../src/net/read-authorities.ts'
import { makeCertificates } from '../fixtures/certificates.ts'
import { startTlsSite, type TlsSite } from './tls-site.ts'

const certificates = makeCertificates()
const policy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 10_000, redirects: 0 } as const

describe.skipIf(!certificates)('authorities of a person’s own (needs openssl)', () => {
  let site: TlsSite
  let host: string
  beforeAll(async () => {
    if (!certificates) return
    site = await startTlsSite(certificates)
    host = `127.0.0.1:${site.port}`
  })
  afterAll(() => site[Symbol.dispose]())

  it('are trusted when their file is named, for requests, streams and with a client certificate', async () => {
    const egress = createEgress({ allowLocal: new Set([host]), caFile: site.caFile })
    const { cert = '', key = '' } = certificates?.client ?? {}
    const clientCertificate = { host, pem: `${cert}${key}` }
    const url = `https://${host}/`
    await egress.request({ url }, policy)
    await (await egress.open({ url }, policy)).body?.cancel()
    await egress.request({ url, clientCertificate }, policy)
    expect(site.seen.map(({ client }) => client)).toEqual([undefined, undefined, 'client'])
    await egress.close()
  })

  it('are not trusted otherwise, and the setting is told', async () => {
    const egress = createEgress({ allowLocal: new Set([host]) })
    const seen = site.seen.length
    await expect(egress.request({ url: `https://${host}/` }, policy)).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: expect.stringMatching(`^"${host}" shows a certificate of an authority that is not trusted`),
      fix: expect.stringContaining('MCPWRIGHT_CA_FILE='),
    })
    expect(site.seen).toHaveLength(seen)
    await egress.close()
  })

  it('are added to those of Node', () => {
    const known = readAuthorities(site.caFile) ?? []
    expect(known.length).toBeGreaterThan(100)
    expect(known.at(-1)).toBe(certificates?.authority.trim())
  })

  it.each([
    ['missing', undefined, 'ENOENT'],
    ['no certificate', 'nonsense', 'holds no certificate'],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'cannot be read'],
  ])('are refused when their file is %s', (name, text, reason) => {
    const file = join(site.caFile, '..', `${name}.pem`)
    if (text !== undefined) writeFileSync(file, text)
    expect(() => createEgress({ allowLocal: new Set(), caFile: file })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})
