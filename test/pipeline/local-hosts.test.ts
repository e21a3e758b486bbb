import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import { askingEgress, loadLocalHosts, type LocalHosts } from '../../src/pipeline/local-hosts.ts'
import { listInboxItems } from '../../src/registry/inbox-store.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const owner: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: [] }
const policy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 1_000, redirects: 2 } as const
let db: Database
let server: Server
let address: string
let hosts: LocalHosts
let egress: Egress

beforeAll(async () => {
  db = await openTestPglite()
  server = createServer((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/inner' }).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an AddressInfo.
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  hosts = await loadLocalHosts(db, [], owner)
  egress = askingEgress(createEgress({ allowLocal: hosts.open }), db, owner)
})
afterAll(async () => {
  await egress.close()
  server.close()
  await db.close()
})

const ask = (url: string) => egress.request({ url }, policy)
const waiting = async () =>
  (await db.as(LOCAL_TENANT, (sql) => listInboxItems(sql, LOCAL_TENANT, new Date(0)))).map(({ request }) => request)

describe('local hosts', () => {
  it('are asked for in the inbox when a request for them is refused, once each', async () => {
    for (const path of ['a', 'b'])
      await expect(ask(`http://${address}/${path}`)).rejects.toMatchObject({
        code: 'LOCAL_HOST_BLOCKED',
        fix: expect.stringContaining('mcpwright inbox'),
      })
    expect(await waiting()).toEqual([{ kind: 'local-host', address }])
  })

  it('are not asked for when an answer redirects to them', async () => {
    await hosts.allow(address)
    await expect(ask(`http://${address}/`)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
    expect(await waiting()).toEqual([{ kind: 'local-host', address }])
  })

  it('stay open over a restart, until they are closed; those of the settings always do', async () => {
    const again = await loadLocalHosts(db, ['127.0.0.1:1'], owner)
    expect([...again.open]).toEqual(['127.0.0.1:1', address])
    await again.close(address)
    await again.close('127.0.0.1:1')
    expect([...again.open]).toEqual(['127.0.0.1:1'])
    expect([...(await loadLocalHosts(db, [], owner)).open]).toEqual([])
  })
})
