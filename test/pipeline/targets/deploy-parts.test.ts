import { describe, expect, it } from 'vitest'
import type { DeploymentId } from '../../../src/model/ids.ts'
import { digestOfStakes } from '../../../src/model/stakes.ts'
import { apiKeysOf } from '../../../src/pipeline/targets/api-keys.ts'
import { type ClosableTarget, lateTarget } from '../../../src/pipeline/targets/late-target.ts'
import { trialCallOf } from '../../../src/pipeline/targets/trial-call.ts'
import { requestOf } from '../../contracts/deployment-target-contract.ts'

// Ids are UUIDs with a brand.
const id = 'b0b0b0b0-0000-4000-8000-000000000000' as string as DeploymentId
const services = { ownerToken: 'owner' }

const keys = (settings: Record<string, unknown>) => apiKeysOf(services, { id, settings })

describe('the API keys of a deployment', () => {
  it('are one at first, then the newest and the one before', () => {
    const [first] = keys({})
    const [second, before, ...more] = keys({ key: 2 })
    expect(before).toBe(first)
    expect(second).not.toBe(first)
    expect(more).toEqual([])
    expect(keys({ key: 3 })).toEqual([expect.any(String), second])
  })

  it('are others for another deployment and another owner', () => {
    // As above.
    const other = 'b0b0b0b0-0000-4000-8000-000000000001' as string as DeploymentId
    expect(apiKeysOf(services, { id: other, settings: {} })).not.toEqual(keys({}))
    expect(apiKeysOf({ ownerToken: 'another' }, { id, settings: {} })).not.toEqual(keys({}))
  })
})

describe('what is at stake when a server is open', () => {
  const secret = { name: 'KEY', hosts: [], purpose: '', placement: { type: 'bearer' } } as const

  it('is the same when what only reads comes and goes, and another when more is given away', () => {
    const before = digestOfStakes({ effects: { list: 'read', add: 'write' }, credentials: [secret] })
    expect(digestOfStakes({ effects: { add: 'write', show: 'read' }, credentials: [secret] })).toBe(before)
    expect(digestOfStakes({ effects: { add: 'delete' }, credentials: [secret] })).not.toBe(before)
    expect(digestOfStakes({ effects: { add: 'write' }, credentials: [] })).not.toBe(before)
    expect(digestOfStakes({ effects: { add: 'write', drop: 'delete' }, credentials: [secret] })).not.toBe(before)
  })
})

const saved = (tool: string, isError = false) => ({ name: tool, tool, input: { of: tool }, expected: { isError } })
const build = (...tests: object[]) => ({ files: { 'test/saved-tests.json': JSON.stringify(tests) } })

describe('the call that a version is tried with', () => {
  it('is a saved one of a tool that only reads and that went well', () => {
    const effects = { drop: 'delete', fail: 'read', list: 'read' } as const
    const trial = trialCallOf(build(saved('drop'), saved('fail', true), saved('list')), effects)
    expect(trial).toMatchObject({ tool: 'list', input: { of: 'list' } })
  })

  it('is none where there is none such', () => {
    expect(trialCallOf({ files: {} }, {})).toBeUndefined()
    expect(trialCallOf(build(saved('drop')), { drop: 'write' })).toBeUndefined()
  })
})

describe('a target that is loaded late', () => {
  it('is loaded once, when it is first asked, and again after it could not be', async () => {
    let loads = 0
    const stopped: string[] = []
    const stop: ClosableTarget['stop'] = async ({ slug }) => void stopped.push(slug)
    const target = lateTarget({ name: 'far', settingsSchema: {}, versionedSettings: [] }, async () => {
      if (++loads === 1) throw new Error('once')
      // Only what the test asks.
      return { stop } as ClosableTarget
    })
    expect(loads).toBe(0)
    const { deployment } = requestOf({})
    await expect(target.stop(deployment)).rejects.toThrow('once')
    await Promise.all([target.stop(deployment), target.stop(deployment)])
    expect(loads).toBe(2)
    expect(stopped).toEqual([deployment.slug, deployment.slug])
  })

  it('hands every call on to it, and its answer back', async () => {
    const asked = new Proxy({} as ClosableTarget, {
      get: (_, name) => (name === 'then' ? undefined : async () => name),
    })
    const target = lateTarget({ name: 'far', settingsSchema: {}, versionedSettings: [] }, async () => asked)
    const { name: _name, settingsSchema: _schema, versionedSettings: _versioned, ...calls } = target
    // Each answers with its own name, whatever it is given.
    for (const [name, ask] of Object.entries(calls)) expect(await (ask as () => Promise<unknown>)()).toBe(name)
    expect(Object.keys(calls)).toContain('usage')
  })
})
