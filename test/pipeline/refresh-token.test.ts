import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { callOperation } from '../../runtime/library/call-operation.ts'
import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import type { Broker, BrokerCallOptions } from '../../runtime/supervisor/broker.ts'
import type { BrokerCall, WireResponse } from '../../runtime/library/wire.ts'
import type { Database } from '../../src/db/database.ts'
import type { ApiOperation } from '../../src/model/api-importer.ts'
import type { DeploymentRequest } from '../../src/model/deployment-target.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Server } from '../../src/model/server.ts'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import { brokerFor } from '../../src/pipeline/deployment-broker.ts'
import { createServerSecrets, type ServerSecrets } from '../../src/pipeline/server-secrets.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { keyringOf, toMasterKey } from '../../src/secrets/keyring.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { openTestPglite } from '../db/test-pglite.ts'
import { importDescription, operationNamed } from '../generators/importers/read-fixture.ts'
import { granted, type OAuthServer, startOAuthServer } from '../runtime/library/oauth-server.ts'
import { contextWith } from '../runtime/library/wire.ts'

describe('the refresh token of a local server', () => {
  const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
  const options: BrokerCallOptions = { signal: new AbortController().signal, onNotice: () => {} }
  let db: Database
  let oauth: OAuthServer
  let egress: Egress
  let server: Server
  let secrets: ServerSecrets
  let operation: ApiOperation
  let credentials: DeploymentRequest['credentials']
  let broker: Broker
  /** What the sandbox was given to ask. */
  let brokerOfCode: Broker | undefined

  beforeAll(async () => {
    db = await openTestPglite()
    oauth = await startOAuthServer((_, count) => granted(count, { refresh_token: `rotated-${count}` }))
    egress = createEgress({ allowLocal: new Set([oauth.host]) })
    const flow = { authorizationUrl: 'https://login.example/', tokenUrl: `${oauth.origin}/token`, scopes: {} }
    const api = await importDescription({
      servers: [{ url: oauth.origin }],
      security: [{ login: [] }],
      components: { securitySchemes: { login: { type: 'oauth2', flows: { authorizationCode: flow } } } },
      paths: { '/a': { get: { operationId: 'get_a', responses: {} } } },
    })
    operation = operationNamed(api, 'get_a')
    credentials = api.credentials
  })
  afterAll(async () => {
    await egress.close()
    oauth[Symbol.dispose]()
    await db.close()
  })

  beforeEach(async () => {
    server = await db.as(LOCAL_TENANT, async (sql) => {
      const name = `login-${randomBytes(4).toString('hex')}`
      const made = await insertServer(sql, LOCAL_TENANT, { name, description: '', exposure: 'tools' })
      const place = { tenantId: LOCAL_TENANT, serverId: made.id, host: oauth.host }
      await vault.setSecret(sql, { ...place, name: 'TEST_CLIENT' }, 'client-1:its-secret')
      await vault.setSecret(sql, { ...place, name: 'TEST_REFRESH' }, 'first login')
      return made
    })
    secrets = createServerSecrets(db, vault, [])
    await secrets.load(LOCAL_TENANT, server.id)
    // Only these are looked at here.
    const request = {
      server,
      build: { artefacts: {} },
      hosts: [oauth.host],
      credentials,
    } as unknown as DeploymentRequest
    const sandbox = {
      run: async (run: { readonly broker: Broker }) => {
        brokerOfCode = run.broker
        return { result: { kind: 'value', value: 1 } }
      },
    } as unknown as Sandbox
    const schedule = { join: () => async () => {} } as unknown as Parameters<typeof brokerFor>[2]['schedule']
    const connections = {} as Parameters<typeof brokerFor>[2]['connections']
    broker = brokerFor(request, () => {}, { db, egress, secrets, sandbox, taskSandbox: sandbox, schedule, connections })
  })

  const save = (name: string, value: string, by: Broker | undefined = broker) =>
    by?.call({ kind: 'save-credential', name, value }, options)

  async function sendForm(body: string): Promise<WireResponse> {
    const headers = [['content-type', 'application/x-www-form-urlencoded']] as const
    const request = { url: `${oauth.origin}/token`, method: 'POST', headers, body: btoa(body) }
    const call: BrokerCall = { kind: 'fetch', request }
    // The broker answers a fetch so.
    return (await broker.call(call, options)) as WireResponse
  }

  it('is kept anew in the vault when the token server gives another, and the next child of the server sends it', async () => {
    const result = await callOperation(
      operation,
      {},
      contextWith({
        credentials,
        env: { TEST_CLIENT: '{{secret:TEST_CLIENT}}', TEST_REFRESH: '{{secret:TEST_REFRESH}}' },
        saveCredential: async (name, value) => void (await save(name, value)),
        fetch: async (input) => {
          const request = new Request(input)
          const wire = {
            url: request.url,
            method: request.method,
            headers: [...request.headers],
            ...(request.body !== null && { body: btoa(await request.text()) }),
          }
          const answer = (await broker.call({ kind: 'fetch', request: wire }, options)) as WireResponse
          return new Response(atob(answer.body), { status: answer.status })
        },
      }),
    )
    expect(result.isError).toBeUndefined()
    expect(oauth.asked).toEqual([
      { path: '/token', basic: 'client-1:its-secret', body: 'grant_type=refresh_token&refresh_token=first+login' },
    ])
    const place = { tenantId: LOCAL_TENANT, serverId: server.id, name: 'TEST_REFRESH', host: oauth.host }
    expect(await db.as(LOCAL_TENANT, (sql) => vault.readSecret(sql, place))).toBe('rotated-1')
    await sendForm('refresh_token={{secret:TEST_REFRESH|form}}')
    expect(oauth.asked.at(-1)?.body).toBe('refresh_token=rotated-1')
  })

  it.each(['TEST_CLIENT', 'TEST_TOKEN', 'OTHER'])('is all that a child can replace, not %s', async (name) => {
    await expect(save(name, 'stolen')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(secrets.loaded(server.id).value('TEST_CLIENT', oauth.host)).toBe('client-1:its-secret')
  })

  it('cannot be replaced by hand-written code', async () => {
    const item = { kind: 'tool', name: 'any' } as const
    const client = { answers: {}, abilities: { form: false, url: false, sampling: false, roots: false } }
    await broker.call({ kind: 'run', item, input: {}, client }, options)
    await expect(save('TEST_REFRESH', 'stolen', brokerOfCode)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(secrets.loaded(server.id).value('TEST_REFRESH', oauth.host)).toBe('first login')
  })
})
