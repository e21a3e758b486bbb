import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificates } from '../fixtures/certificates.ts'
import { type ConnectProxy, startConnectProxy } from '../net/connect-proxy.ts'
import { startTlsSite, type TlsSite } from '../net/tls-site.ts'
import { call } from './call.ts'
import { openTestHome } from './test-home.ts'

const certificates = makeCertificates()

describe.skipIf(!certificates)('settings of the network (needs openssl)', () => {
  let site: TlsSite
  let proxy: ConnectProxy
  beforeAll(async () => {
    if (!certificates) return
    site = await startTlsSite(certificates)
    proxy = await startConnectProxy(site.port)
  })
  afterAll(() => {
    proxy[Symbol.dispose]()
    site[Symbol.dispose]()
  })

  it('reach the daemon from the chat: proxy, authorities, and the budget of requests', async () => {
    await using home = await openTestHome({
      https_proxy: `http://${proxy.host}`,
      NODE_EXTRA_CA_CERTS: site.caFile,
      MCPWRIGHT_REQUESTS_PER_MINUTE: '6',
      // Opened, so that nobody here need resolve it.
      MCPWRIGHT_ALLOW_LOCAL: 'api.example.test:443',
    })
    const client = await home.connect()
    await call(client, 'init_server', { name: 'things', description: 'Things.' })
    const read = () =>
      call(client, 'import_openapi', { server: 'things', url: 'https://api.example.test/openapi.json' })
    // The site answers, but not with a description.
    expect((await read()).error.code).toBe('DESCRIPTION_INVALID')
    expect(proxy.asked).toEqual(['CONNECT api.example.test:443'])
    expect(site.seen).toMatchObject([{ what: 'api.example.test /openapi.json' }])
    expect((await read()).error).toMatchObject({ code: 'RATE_LIMITED', fix: expect.stringContaining('=12') })
    expect(site.seen).toHaveLength(1)
  })
})
