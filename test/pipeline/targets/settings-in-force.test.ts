import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import type { Deployment } from '../../../src/model/deployment.ts'
import { type JobId, LOCAL_TENANT } from '../../../src/model/ids.ts'
import type { Server } from '../../../src/model/server.ts'
import { findPendingDeploy } from '../../../src/pipeline/queue-work.ts'
import { callersBring, findServerEndpoint } from '../../../src/pipeline/targets/find-endpoint.ts'
import { type DeploymentChanges, updateDeployment, upsertDeployment } from '../../../src/registry/deployment-store.ts'
import { insertServer } from '../../../src/registry/server-store.ts'
import { openTestPglite } from '../../db/test-pglite.ts'

let db: Database
let desk: Server
let deployment: Deployment

beforeAll(async () => {
  db = await openTestPglite()
  await db.as(LOCAL_TENANT, async (sql) => {
    desk = await insertServer(sql, LOCAL_TENANT, { name: 'desk', description: '', exposure: 'tools' })
    deployment = await upsertDeployment(sql, LOCAL_TENANT, desk, 'cloudflare')
  })
})
afterAll(() => db.close())

const note = (changes: DeploymentChanges) =>
  db.as(LOCAL_TENANT, (sql) => updateDeployment(sql, LOCAL_TENANT, deployment.id, changes))

async function tokenNow(): Promise<string | undefined> {
  const { endpoint } = await findServerEndpoint('desk', 'cloudflare', { db, ownerToken: 'owner' }, LOCAL_TENANT)
  return endpoint.token
}

describe('settings of a deploy that has not ended', () => {
  it('leave clients the key of what serves', async () => {
    const noted = { accountId: 'a', worker: 'desk', versions: [], bindings: [] }
    const serves = (protection: string, key: number) => ({ ...noted, callers: { protection, key } })
    await note({ status: 'running', endpointUrl: 'https://desk.acme.workers.dev/mcp', state: serves('api-key', 1) })
    const first = await tokenNow()
    expect(first).toEqual(expect.any(String))
    await note({ settings: { protection: 'none' } })
    expect(await tokenNow()).toBe(first)
    await note({ settings: { key: 2 } })
    expect(await tokenNow()).toBe(first)
    await note({ state: serves('api-key', 2) })
    expect(await tokenNow()).not.toBe(first)
    await note({ state: serves('none', 2), settings: {} })
    expect(await tokenNow()).toBeUndefined()
    // As it was written before callers were noted.
    await note({ state: noted, wantedSettings: { protection: 'none' } })
    expect(await tokenNow()).toBe(first)
  })

  it('say what callers bring: a key, a login or nothing', async () => {
    const protections = [undefined, 'api-key', 'none', 'oauth', 'login']
    const brought = protections.map((protection) =>
      callersBring({ ...deployment, state: {}, settings: { protection } }),
    )
    expect(brought).toEqual(['key', 'key', 'nothing', 'login', 'login'])
  })

  it('are those of the running deploy for who repeats it, and others are refused rather than lost', async () => {
    // Ids are UUIDs with a brand.
    const id = 'b0b0b0b0-0000-4000-8000-000000000000' as string as JobId
    const place = { tenantId: LOCAL_TENANT, serverId: desk.id, deploymentId: deployment.id }
    const settings = { login: { client_id: 'desk', allow: ['*'] }, protection: 'login' }
    const job = { kind: 'deploy', ...place, settings } as const
    const queue = { findPending: async () => id, read: async () => ({ job }) }
    const pending = (given: Deployment['settings']) =>
      // Of the queue nothing else is asked.
      findPendingDeploy(desk, { target: 'cloudflare', given, version: undefined }, { db, queue: queue as never })
    expect(await pending({ protection: 'login', login: { allow: ['*'], client_id: 'desk' } })).toBe(id)
    expect(await pending({})).toBe(id)
    expect(await pending({ domain: null })).toBe(id)
    await expect(pending({ login: { allow: [], client_id: 'desk' } })).rejects.toMatchObject({
      code: 'DEPLOY_PENDING',
      message: expect.stringContaining('with other settings'),
      next: { tool: 'deploy', arguments: { server: 'desk', target: 'cloudflare' } },
    })
  })
})
