import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { createEgress } from '../../src/net/egress.ts'
import { holdAgainstSchema, refuseInvalidSchemas } from '../../src/pipeline/hold-against-schema.ts'
import { importApi } from '../../src/pipeline/import-api.ts'
import { createWorkshop, type Workshop, type WorkshopOptions } from '../../src/pipeline/workshop/workshop.ts'
import { temporaryDirectory } from '../db/temporary-directory.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'
import { childrenOf, isAlive, workersOf } from './workers-of.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const opened: Workshop[] = []
const told: string[] = []
let cache: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  cache = await temporaryDirectory()
})
afterAll(() => cache[Symbol.asyncDispose]())
afterEach(async () => {
  await Promise.all(opened.splice(0).map((workshop) => workshop.close()))
  told.splice(0)
})

function open(options: Partial<WorkshopOptions> = {}): Workshop {
  const limits = { atOnce: 2, idleMs: 60_000, timeoutMs: 60_000, memoryMiB: 640 }
  const workshop = createWorkshop({ cache: cache.path, ...limits, log: (text) => told.push(text), ...options })
  opened.push(workshop)
  return workshop
}

/** A description whose reading begins with another document, so that a test can hold it there. */
const REFERRING = `openapi: 3.1.0
info: { title: Referring, version: '1' }
paths:
  /a:
    get:
      operationId: readIt
      parameters: [{ $ref: './part.json#/where' }]
      responses: {}
`
const PART = JSON.stringify({ where: { name: 'where', in: 'query' } })

/** Starts imports that wait, by name, until they are let go. */
function heldImports(workshop: Workshop) {
  const started: string[] = []
  const gates = new Map<string, PromiseWithResolvers<string>>()
  return {
    started,
    letGo: (name: string): void => gates.get(name)?.resolve(PART),
    begin(name: string, tenantId: TenantId = LOCAL_TENANT, signal?: AbortSignal) {
      const loadReference = (): Promise<string> => {
        started.push(name)
        const gate = Promise.withResolvers<string>()
        gates.set(name, gate)
        return gate.promise
      }
      const input = { text: REFERRING, origin: 'https://api.example.com/openapi.yaml' }
      return workshop.run('import-api', input, { tenantId, loadReference, ...(signal && { signal }) })
    },
    hasStarted: (count: number) => vi.waitUntil(() => started.length === count, { timeout: 20_000, interval: 5 }),
  }
}

/** More than a heap of 64 MiB holds. */
const LARGE = `openapi: 3.1.0\npaths: { /a: { get: { responses: {} } } }\nx:\n${'  - a: 1\n'.repeat(190_000)}`

/** Takes long enough to be given up in the middle. */
function titled(title: string): string {
  return `openapi: 3.1.0\ninfo: {title: ${title}, version: '1'}\n${LARGE.slice(15)}`
}

function killWorkers(): void {
  for (const id of workersOf(process.pid)) process.kill(id, 'SIGKILL')
}

function isBusy(): Promise<true> {
  return vi.waitUntil(() => workersOf(process.pid).length > 0, { timeout: 20_000, interval: 5 })
}

describe('the workshop', () => {
  it('gives tenants turns: who imports much makes another wait for what runs, and no more', async () => {
    const { started, letGo, begin, hasStarted } = heldImports(open())
    const flood = Array.from({ length: 8 }, (_, index) => begin(`a${index}`))
    await hasStarted(2)
    const other = begin('b0', OTHER_TENANT)
    letGo('a0')
    await hasStarted(3)
    expect(started.toSorted()).toEqual(['a0', 'a1', 'b0'])
    const lettingGo = setInterval(() => started.forEach(letGo), 1)
    const read = await Promise.all([...flood, other])
    clearInterval(lettingGo)
    expect(read.map(({ operations }) => operations.length)).toEqual(Array(9).fill(1))
    expect(started.filter((name) => name.startsWith('a')).toSorted()).toEqual(flood.map((_, index) => `a${index}`))
  })

  it('ends a task that takes too much memory, and no other', async () => {
    const workshop = open({ memoryMiB: 64 })
    const { letGo, begin, hasStarted } = heldImports(workshop)
    const innocent = begin('b0', OTHER_TENANT)
    await hasStarted(1)
    const greedy = workshop.run('import-api', { text: LARGE }, { tenantId: LOCAL_TENANT })
    await expect(greedy).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('64 MiB') })
    letGo('b0')
    expect((await innocent).operations).toHaveLength(1)
    expect(told).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'does a task anew, once, whose process something outside has killed, and tells it',
    async () => {
      const { letGo, begin, hasStarted } = heldImports(open())
      const task = begin('a0')
      await hasStarted(1)
      killWorkers()
      await hasStarted(2)
      expect(told).toEqual([expect.stringContaining('"import-api" is done anew')])
      letGo('a0')
      expect((await task).operations).toHaveLength(1)
      const hopeless = begin('a1')
      await hasStarted(3)
      killWorkers()
      await hasStarted(4)
      killWorkers()
      await expect(hopeless).rejects.toThrow('The worker process ended (SIGKILL)')
    },
  )

  it.skipIf(process.platform !== 'linux')(
    'ends the process of a task that is given up, and takes one that waits out of the line',
    async () => {
      const { started, letGo, begin, hasStarted } = heldImports(open({ atOnce: 1 }))
      const [running, waiting] = [new AbortController(), new AbortController()]
      const first = begin('a0', LOCAL_TENANT, running.signal)
      await hasStarted(1)
      const second = begin('a1', LOCAL_TENANT, waiting.signal)
      const third = begin('a2')
      waiting.abort(new Error('no more'))
      await expect(second).rejects.toThrow('no more')
      const [busy] = workersOf(process.pid)
      running.abort(new Error('too long'))
      await expect(first).rejects.toThrow('too long')
      expect(workersOf(process.pid)).not.toContain(busy)
      await hasStarted(2)
      letGo('a2')
      expect((await third).operations).toHaveLength(1)
      expect(started).toEqual(['a0', 'a2'])
    },
  )
})

const compilers = (): number[] => workersOf(process.pid).flatMap((worker) => childrenOf(worker, 'tsc'))

describe.skipIf(process.platform !== 'linux')('a build that is given up', () => {
  it('takes the compiler that it runs along', async () => {
    const workshop = open()
    const giveUp = new AbortController()
    const input = { definition: sampleDefinition, knownDigests: [] }
    const build = workshop.run('make-project', input, { tenantId: LOCAL_TENANT, signal: giveUp.signal })
    const given = build.catch(String)
    const [compiler = 0] = await vi.waitUntil(() => (compilers().length > 0 ? compilers() : undefined), {
      timeout: 20_000,
      interval: 2,
    })
    giveUp.abort(new Error('given up'))
    expect(await given).toContain('given up')
    await vi.waitUntil(() => !isAlive(compiler), { timeout: 2_000, interval: 5 })
  })
})

describe('a value and a schema from outside', () => {
  const signal = new AbortController().signal
  const hold = (workshop: Workshop, schema: JsonSchema, value: unknown) =>
    holdAgainstSchema({ label: 'the result', schema, value }, { workshop }, LOCAL_TENANT, signal)

  it('are held against each other in a worker process, and told apart in sentences', async () => {
    const workshop = open()
    const schema: JsonSchema = { type: 'object', properties: { a: { type: 'string' } }, required: ['b'] }
    expect(await hold(workshop, schema, { a: 1 })).toEqual([
      "the input must have required property 'b'",
      'a must be string',
    ])
    expect(await hold(workshop, schema, { a: 'x', b: 1 })).toEqual([])
    const refused = { code: 'SCHEMA_INVALID', message: expect.stringContaining('output_schema') }
    const schemas = { input_schema: schema, output_schema: { type: 'objekt' } as unknown as JsonSchema }
    await expect(refuseInvalidSchemas(schemas, { workshop }, LOCAL_TENANT, signal)).rejects.toMatchObject(refused)
  })

  it('are given up when they take too long, and this process goes on meanwhile', async () => {
    const workshop = open()
    const hasty: Workshop = {
      ...workshop,
      run: (name, input, options) => workshop.run(name, input, { ...options, timeoutMs: 1_000 }),
    }
    // Each is compared with each.
    const value = Array.from({ length: 30_000 }, (_, index) => ({ a: { b: { c: index } } }))
    let turns = 0
    const turning = setInterval(() => turns++, 10)
    const held = hold(hasty, { type: 'array', uniqueItems: true }, value)
    await expect(held).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('the result against its schema'),
      fix: expect.stringContaining('uniqueItems'),
    })
    clearInterval(turning)
    expect(turns).toBeGreaterThan(10)
    expect(await hold(workshop, { type: 'array', uniqueItems: true }, [1, 2])).toEqual([])
  })
})

describe.skipIf(process.platform !== 'linux')('imports of one text', () => {
  const egress = createEgress({ allowLocal: new Set() })
  const read = (workshop: Workshop, title: string, tenantId: TenantId, signal: AbortSignal) =>
    importApi({ text: titled(title) }, undefined, { workshop, egress }, tenantId, signal)

  it('go on for the others when one of them is given up', async () => {
    const workshop = open()
    const giveUp = new AbortController()
    const first = read(workshop, 'Shared', LOCAL_TENANT, giveUp.signal)
    const second = read(workshop, 'Shared', LOCAL_TENANT, new AbortController().signal)
    await isBusy()
    expect(workersOf(process.pid)).toHaveLength(1)
    giveUp.abort(new Error('not any more'))
    await expect(first).rejects.toThrow('not any more')
    expect((await second).title).toBe('Shared')
  })

  it('end their process when all are given up, and begin anew for who comes then', async () => {
    const workshop = open()
    const giveUp = new AbortController()
    const both = [1, 2].map(() => read(workshop, 'Left', LOCAL_TENANT, giveUp.signal))
    await isBusy()
    giveUp.abort(new Error('not any more'))
    const late = read(workshop, 'Left', LOCAL_TENANT, new AbortController().signal)
    for (const given of both) await expect(given).rejects.toThrow('not any more')
    expect((await late).title).toBe('Left')
  })
})
