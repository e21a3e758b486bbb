import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { certificateFetch as emitted } from '../../generators/project/emit-certificate-fetch.ts'
import { callOperation } from '../../runtime/library/call-operation.ts'
import type { CertificateNames } from '../../runtime/library/client-certificate.ts'
import { createEgress, type Egress, type EgressPolicy } from '../../src/net/egress.ts'
import { toPemText } from '../../src/net/pem-text.ts'
import { createBroker } from '../../src/pipeline/create-broker.ts'
import { envSecretResolver } from '../../src/pipeline/resolve-secrets.ts'
import { makeCertificates, type MutualTlsServer, startMutualTlsServer } from '../fixtures/certificates.ts'
import { importDescription, operationNamed } from '../generators/importers/read-fixture.ts'
import { contextWith } from '../runtime/library/wire.ts'

const certificates = makeCertificates()
const policy: EgressPolicy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 10_000, redirects: 3 }

describe.skipIf(!certificates)('a client certificate (needs openssl)', () => {
  let server: MutualTlsServer
  let egress: Egress
  const { cert = '', key = '' } = certificates?.client ?? {}
  const pem = `${cert}${key}`

  const fetchThing = (name: string, boundTo = server.host) =>
    createBroker({
      tenantId: LOCAL_TENANT,
      caller: 'test',
      hosts: [server.host],
      egress,
      secrets: envSecretResolver([{ name: 'TEST_CERT', host: boundTo, value: pem.replaceAll('\n', '\\n') }]),
      // A fetch asks for none of these.
      ...({} as Pick<
        Parameters<typeof createBroker>[0],
        'sandbox' | 'toolsBundle' | 'store' | 'onNotice' | 'schedule'
      >),
    }).call(
      {
        kind: 'fetch',
        request: { url: `https://${server.host}/thing`, method: 'GET', headers: [], certificate: name },
      },
      { signal: new AbortController().signal, onNotice: () => {} },
    )

  async function importedApi() {
    const api = await importDescription({
      servers: [{ url: `https://${server.host}` }],
      security: [{ tls: [] }],
      components: { securitySchemes: { tls: { type: 'mutualTLS' } } },
      paths: {
        '/thing': {
          get: { operationId: 'get_thing', responses: {} },
          post: {
            operationId: 'make_thing',
            requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
            responses: {},
          },
        },
      },
    })
    return {
      api,
      call: (name: string, input: object, more: object) =>
        callOperation(operationNamed(api, name), { ...input }, contextWith({ credentials: api.credentials, ...more })),
    }
  }

  beforeAll(async () => {
    if (!certificates) return
    server = await startMutualTlsServer(certificates)
    egress = createEgress({ allowLocal: new Set([server.host]) })
  })
  afterAll(async () => {
    await egress.close()
    server[Symbol.dispose]()
  })

  describe('at the way out', () => {
    it('is shown to the host it is for, at a redirect within it too', async () => {
      const clientCertificate = { host: server.host, pem }
      const answer = await egress.request({ url: `https://${server.host}/away`, clientCertificate }, policy)
      expect(Buffer.from(answer.body).toString()).toBe('{"hello":"client"}')
    })

    it.each(['other.example', '127.0.0.1'])('is not shown when it is for %s', async (host) => {
      const request = { url: `https://${server.host}/thing`, clientCertificate: { host, pem } }
      await expect(egress.request(request, policy)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    })

    it('does not open the door for a request without it', async () => {
      await egress.request(
        { url: `https://${server.host}/thing`, clientCertificate: { host: server.host, pem } },
        policy,
      )
      await expect(egress.request({ url: `https://${server.host}/thing` }, policy)).rejects.toThrow(
        'could not be reached',
      )
    })

    it.each([
      ['no PEM', 'nonsense'],
      ['no key', cert],
    ])('that is %s is told without its text', async (_, text) => {
      const request = { url: `https://${server.host}/`, clientCertificate: { host: server.host, pem: text } }
      await expect(egress.request(request, policy)).rejects.toMatchObject({
        code: 'CONFIGURATION_INVALID',
        message: expect.stringMatching(/^The client certificate for "127\.0\.0\.1:\d+" cannot be read/),
      })
    })
  })

  describe('behind a broker', () => {
    it('is shown by its name, so that the child never sees it', async () => {
      expect(await fetchThing('TEST_CERT')).toMatchObject({ status: 200 })
      expect(server.seen.at(-1)).toBe('GET client')
    })

    it.each([
      ['to another host', 'TEST_CERT', 'api.example'],
      ['under another name', 'OTHER_CERT', undefined],
    ])('bound %s is not shown', async (_, name, host) => {
      await expect(fetchThing(name, host)).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    })
  })

  it.each([
    ['as it is', pem],
    ['on one line', pem.replaceAll('\n', '')],
    ['with blanks for its line breaks', pem.replaceAll('\n', ' ')],
    ['with its line breaks written out', pem.replaceAll('\n', '\\n')],
    ['with those of Windows', pem.replaceAll('\n', '\r\n')],
  ])('is read %s', async (_, text) => {
    const clientCertificate = { host: server.host, pem: toPemText(text) }
    expect(await egress.request({ url: `https://${server.host}/thing`, clientCertificate }, policy)).toMatchObject({
      status: 200,
    })
  })

  describe('of an imported operation', () => {
    let folder: string
    let certificateFetch: (names: CertificateNames) => typeof fetch
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'entry-'))
      const file = join(folder, 'certificate-fetch.ts')
      await writeFile(file, emitted)
      const env = { ONE_CERT: pem, TEST_CERT: cert.replaceAll('\n', '\\n'), TEST_KEY: key }
      // The file that every taken-away project with such a credential has.
      const entry = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
        certificateFetch: (environment: object) => typeof certificateFetch
      }
      certificateFetch = entry.certificateFetch(env)
    })
    afterAll(() => rm(folder, { recursive: true }))

    it('is a credential of its own', async () => {
      const { api } = await importedApi()
      expect(api.credentials).toMatchObject([
        { name: 'TEST_CERT', hosts: [server.host], placement: { type: 'mutualTLS', key: 'TEST_KEY' } },
      ])
      expect(operationNamed(api, 'get_thing').call.security).toEqual([['TEST_CERT']])
    })

    it('is shown by a project that was taken away', async () => {
      const { call } = await importedApi()
      const context = { env: { TEST_CERT: cert }, certificateFetch }
      expect(await call('get_thing', {}, context)).toMatchObject({ structuredContent: { hello: 'client' } })
      await call('make_thing', { body: { a: 1 } }, context)
      expect(server.seen.at(-1)).toBe('POST client')
    })

    it('may stand in one text with its key', async () => {
      const response = await certificateFetch({ certificate: 'ONE_CERT', key: 'ONE_KEY' })(
        `https://${server.host}/thing`,
      )
      expect(await response.json()).toEqual({ hello: 'client' })
    })

    it('is told where it cannot be shown', async () => {
      const { call } = await importedApi()
      expect(await call('get_thing', {}, { env: { TEST_CERT: cert } })).toMatchObject({
        isError: true,
        content: [
          { text: expect.stringContaining('this host cannot present one. Nothing was sent. Run this server on Node') },
        ],
      })
    })
  })
})
