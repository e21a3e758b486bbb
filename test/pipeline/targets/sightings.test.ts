import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { Deployment } from '../../../src/model/deployment.ts'
import type { TargetStatus } from '../../../src/model/deployment-target.ts'
import { LOCAL_TENANT } from '../../../src/model/ids.ts'
import type { Server } from '../../../src/model/server.ts'
import type { Services } from '../../../src/pipeline/services.ts'
import { createSightings } from '../../../src/pipeline/targets/sightings.ts'
import { tellSightings } from '../../../src/pipeline/morning-report.ts'
import {
  type DeploymentChanges,
  findDeploymentById,
  updateDeployment,
  upsertDeployment,
} from '../../../src/registry/deployment-store.ts'
import { findServerById, insertServer } from '../../../src/registry/server-store.ts'
import { openTestPglite } from '../../db/test-pglite.ts'

const NOON = Date.parse('2026-05-04T12:00:00Z')
const MINUTE = 60_000
let db: Database
let desk: Server
let deployment: Deployment
let nowMs = NOON

beforeAll(async () => {
  db = await openTestPglite()
  await db.as(LOCAL_TENANT, async (sql) => {
    desk = await insertServer(sql, LOCAL_TENANT, { name: 'desk', description: '', exposure: 'tools' })
    deployment = await upsertDeployment(sql, LOCAL_TENANT, desk, 'cloudflare')
  })
})
beforeEach(async () => {
  nowMs = NOON
  await change({ status: 'running', startedAt: new Date(NOON), statusMessage: null, seen: null })
})
afterAll(() => db.close())

async function change(changes: DeploymentChanges): Promise<void> {
  const changed = await db.as(LOCAL_TENANT, (sql) => updateDeployment(sql, LOCAL_TENANT, deployment.id, changes))
  if (changed) deployment = changed
}

const read = () => db.as(LOCAL_TENANT, (sql) => findDeploymentById(sql, LOCAL_TENANT, deployment.id))

/** Over a place that answers so. */
function open(status: () => Promise<TargetStatus>) {
  let asked = 0
  const counted = () => {
    asked++
    return status()
  }
  // Of a target nothing else is asked.
  const targets = { cloudflare: { status: counted } } as unknown as Services['targets']
  return { sightings: createSightings({ db, targets }, () => nowMs), asked: () => asked }
}

describe('a look at what is deployed elsewhere', () => {
  it('is noted with its time, and not repeated before a minute has passed', async () => {
    const { sightings, asked } = open(async () => ({ state: 'running', message: 'Traffic: 10 % version 2.' }))
    sightings.refresh([deployment])
    sightings.refresh([deployment])
    expect(await sightings.look(deployment)).toBeUndefined()
    const seen = { at: '2026-05-04T12:00:00.000Z', state: 'running', message: 'Traffic: 10 % version 2.' }
    const noted = await read()
    expect(noted).toMatchObject({ status: 'running', seen })
    nowMs += 59_000
    sightings.refresh([noted ?? deployment])
    expect(asked()).toBe(1)
    nowMs += 1_000
    sightings.refresh([noted ?? deployment])
    await sightings.look(deployment)
    expect(asked()).toBe(2)
    expect(await read()).toMatchObject({ seen: { at: '2026-05-04T12:01:00.000Z' } })
  })

  it('notes what is gone as failed, with the way out, and the server with it', async () => {
    const { sightings, asked } = open(async () => ({
      state: 'missing',
      message: 'There is no Worker "desk" any more.',
    }))
    const words = 'There is no Worker "desk" any more. deploy makes it anew.'
    expect(await sightings.look(deployment)).toBe(words)
    const noted = await read()
    expect(noted).toMatchObject({ status: 'failed', statusMessage: words, seen: { state: 'missing' } })
    const server = await db.as(LOCAL_TENANT, (sql) => findServerById(sql, LOCAL_TENANT, desk.id))
    expect(server?.status).toBe('failed')
    nowMs += 5 * MINUTE
    sightings.refresh(noted ? [noted] : [])
    expect(asked()).toBe(1)
  })

  it('leaves alone what was deployed anew while it looked', async () => {
    const { promise, resolve } = Promise.withResolvers<TargetStatus>()
    const { sightings, asked } = open(() => promise)
    const looking = sightings.look(deployment)
    await change({ startedAt: new Date(NOON + 1) })
    const later = sightings.look(deployment)
    resolve({ state: 'missing' })
    await Promise.all([looking, later])
    expect(asked()).toBe(2)
    // Only the second look was for what is up now.
    expect(await read()).toMatchObject({ status: 'failed' })
    await change({ status: 'running', startedAt: new Date(NOON + 2), seen: null })
    await sightings.look({ ...deployment, startedAt: new Date(NOON + 1) })
    expect(await read()).toMatchObject({ status: 'running', seen: null })
  })

  it('that cannot be had leaves the last one, with its time', async () => {
    const seen = { at: '2026-05-04T09:00:00.000Z', state: 'running' } as const
    await change({ seen })
    const { sightings } = open(() => Promise.reject(new MetaError('TARGET_UNREACHABLE', 'No network.', 'Later.')))
    expect(await sightings.look(deployment)).toBeUndefined()
    expect(await read()).toMatchObject({ status: 'running', seen })
  })

  it('is not taken of what is stopped, or is here', async () => {
    const { sightings, asked } = open(async () => ({ state: 'missing' }))
    const others: Deployment[] = [
      { ...deployment, status: 'stopped' },
      { ...deployment, target: 'local' },
    ]
    sightings.refresh(others)
    for (const other of others) expect(await sightings.look(other)).toBeUndefined()
    expect(asked()).toBe(0)
  })
})

it('says how long ago a place was asked', () => {
  const at = (minutes: number) => ({
    ...deployment,
    seen: { at: new Date(NOON - minutes * MINUTE).toISOString(), state: 'running' as const },
  })
  expect(tellSightings([at(0)], NOON)).toEqual(['Seen running on cloudflare less than 1 min ago'])
  expect(tellSightings([at(3)], NOON)).toEqual(['Seen running on cloudflare 3 min ago'])
  expect(tellSightings([at(300)], NOON)).toEqual(['Seen running on cloudflare 5 h ago'])
  expect(tellSightings([at(10_000)], NOON)).toEqual(['Seen running on cloudflare 6 days ago'])
  expect(tellSightings([deployment], NOON)).toEqual(['On cloudflare it was not looked for yet.'])
  expect(tellSightings([{ ...at(1), target: 'local' }], NOON)).toEqual([])
})
