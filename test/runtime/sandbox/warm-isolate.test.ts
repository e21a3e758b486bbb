import { afterAll, describe, expect, it } from 'vitest'
import { LOCAL_TENANT } from '../../../src/model/ids.ts'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import type { Sandbox, SandboxOutcome, SandboxRun } from '../../../runtime/sandbox/sandbox.ts'
import { LEFTOVERS } from './leftovers.ts'
import { CLIENT, fakeBroker, LIMITS } from './running.ts'
import { bundleOf } from './tool-bundle.ts'

const open = (runners: number): Sandbox => createSandbox({ limits: LIMITS, runners, idleMs: 10_000 })
const sandbox = open(1)
afterAll(() => sandbox.close())

const trivial = await bundleOf({ tried: 'return input.n' })

/** Runs the tool `tried` of a bundle, for a server that keeps its isolate. */
async function call(bundle: string, run: Partial<SandboxRun> = {}): Promise<SandboxOutcome> {
  const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: CLIENT } as const
  return await sandbox.run({
    bundle,
    task,
    tenantId: LOCAL_TENANT,
    input: {},
    env: {},
    broker: fakeBroker(),
    warmKey: 'server',
    ...run,
  })
}

describe('what a run leaves behind', () => {
  it.each(Object.entries(LEFTOVERS))(
    'is not there for the next run in the same isolate: %s',
    async (_name, { before, leave, look }) => {
      const body = `if (input.leaves) { ${leave}\n return 'left' }\n${look}`
      const bundle = await bundleOf({ tried: body }, before)
      const broker = fakeBroker({ store: () => 'kept' })
      const silent = fakeBroker({ sign: () => new Promise(() => {}) })
      const left = await call(bundle, { broker: silent, input: { leaves: true }, env: { KEY: 'one' } })
      const seen = await call(bundle, { broker, input: {} })
      expect(left.result).toEqual({ kind: 'value', value: 'left' })
      expect(seen).toMatchObject({ result: { kind: 'value', value: 'nothing' }, isWarm: true })
      expect(broker.calls).toEqual([])
      expect(seen.logs.map(({ message }) => message)).toEqual(look.includes('console') ? ['n: 1'] : [])
    },
  )

  it('does not count for the limits of the next run', async () => {
    const bundle = await bundleOf({
      tried: `console.log('x'.repeat(15000))
      for (let n = 0; n < 15; n++) await context.store.get('x')
      const until = Date.now() + 250; while (Date.now() < until); return 'done'`,
    })
    const broker = fakeBroker({ store: () => 1 })
    const outcomes = [await call(bundle, { broker }), await call(bundle, { broker }), await call(bundle, { broker })]
    for (const { result } of outcomes) expect(result).toEqual({ kind: 'value', value: 'done' })
    expect(outcomes.map(({ logs }) => logs.length)).toEqual([1, 1, 1])
    expect(outcomes.map(({ isWarm }) => isWarm)).toEqual([false, true, true])
  })
})

describe('a kept isolate', () => {
  it('is for one server and one bundle alone', async () => {
    const other = await bundleOf({ tried: 'return input.n + 1' })
    const warm = async (run: Partial<SandboxRun>, bundle = trivial) => (await call(bundle, run)).isWarm
    await call(trivial)
    expect(await warm({})).toBe(true)
    expect(await warm({ warmKey: 'another server' })).toBe(false)
    expect(await warm({ warmKey: 'another server' })).toBe(true)
    expect(await warm({ warmKey: 'another server' }, other)).toBe(false)
    expect(await warm({ warmKey: 'another server', limits: { memoryMiB: 32 } }, other)).toBe(false)
    expect(await warm({})).toBe(false)
  })

  it('is given up where no server is named', async () => {
    await call(trivial)
    const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: CLIENT } as const
    const run = { bundle: trivial, task, tenantId: LOCAL_TENANT, input: {}, env: {}, broker: fakeBroker() }
    expect((await sandbox.run(run)).isWarm).toBe(false)
    expect((await sandbox.run(run)).isWarm).toBe(false)
    expect((await call(trivial)).isWarm).toBe(false)
  })

  it.each([
    ['went over a limit', 'for (;;);', { kind: 'limit', limit: 'cpuMs' }],
    ['goes on after its result', 'void (async () => { for (;;) await null })(); return 1', {}],
    ['left its memory half full', 'globalThis.full = new Uint8Array(40 * 2 ** 20); return 1', { kind: 'value' }],
  ])('is given up when a run in it %s', async (_what, body, expected) => {
    const bundle = await bundleOf({ tried: `if (input.attacks) { ${body} } return 'fine'` })
    await call(bundle)
    const attack = await call(bundle, { input: { attacks: true } })
    const next = await call(bundle)
    expect(attack).toMatchObject({ isWarm: true, result: expected })
    expect(next).toMatchObject({ isWarm: false, result: { kind: 'value', value: 'fine' } })
    expect((await call(bundle)).isWarm).toBe(true)
  })

  it('stays when the code throws or asks for input', async () => {
    const bundle = await bundleOf({
      tried: `if (input.n === 1) throw new Error('no')
      if (input.n === 2) return await context.requestInput({ kind: 'form', message: 'Say it.', schema: {} })
      return input.n`,
    })
    const outcomes: SandboxOutcome[] = []
    for (const n of [0, 1, 2, 3]) outcomes.push(await call(bundle, { input: { n } }))
    expect(outcomes.map(({ isWarm, result }) => [isWarm, result.kind])).toEqual([
      [false, 'value'],
      [true, 'thrown'],
      [true, 'input-needed'],
      [true, 'value'],
    ])
  })

  it('is found again in a pool of several', async () => {
    await using closed = closing(open(2))
    const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: CLIENT } as const
    const run = (warmKey: string) =>
      closed.pool.run({
        bundle: trivial,
        task,
        tenantId: LOCAL_TENANT,
        input: {},
        env: {},
        broker: fakeBroker(),
        warmKey,
      })
    await Promise.all([run('a'), run('b')])
    const warm = []
    for (const key of ['a', 'b', 'b', 'a', 'a', 'b']) warm.push((await run(key)).isWarm)
    expect(warm).toEqual([true, true, true, true, true, true])
  })
})

function closing(opened: Sandbox): { readonly pool: Sandbox } & AsyncDisposable {
  return { pool: opened, [Symbol.asyncDispose]: () => opened.close() }
}
