import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSandbox, type SandboxOptions } from '../../../runtime/sandbox/create-sandbox.ts'
import type { Sandbox } from '../../../runtime/sandbox/sandbox.ts'
import { LOCAL_TENANT, type TenantId } from '../../../src/model/ids.ts'
import { temporaryDirectory } from '../../db/temporary-directory.ts'
import { CLIENT, fakeBroker, LIMITS, runBody } from './running.ts'
import { bundleOf } from './tool-bundle.ts'

const SANDBOX = path.resolve(import.meta.dirname, '../../../runtime/sandbox/create-sandbox.ts')

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const opened: Sandbox[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
})

function open(options: Partial<SandboxOptions> = {}): Sandbox {
  const sandbox = createSandbox({ limits: LIMITS, runners: 2, idleMs: 10_000, ...options })
  opened.push(sandbox)
  return sandbox
}

/** Process ids of the runners that this process has started, as the kernel lists them. */
function runnerIds(): number[] {
  return childrenOf(process.pid).filter((id) => {
    const file = `/proc/${id}/cmdline`
    return existsSync(file) && readFileSync(file, 'utf8').includes('runner-main')
  })
}

function childrenOf(id: number): number[] {
  return readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** A process that has ended may stay in the list until somebody asks how. */
function isRunning(id: number): boolean {
  const file = `/proc/${id}/stat`
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'))
}

async function becomesTrue(isTrue: () => boolean): Promise<boolean> {
  const deadline = Date.now() + 5_000
  while (!isTrue() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
  return isTrue()
}

const isLinux = process.platform === 'linux'

describe('the pool of runners', () => {
  it('runs two at once, and lets the third wait its turn', async () => {
    const sandbox = open()
    let running = 0
    let most = 0
    const two = Promise.withResolvers<void>()
    const broker = fakeBroker({
      store: async () => {
        most = Math.max(most, ++running)
        // The first waits for the second: were there one at a time, it would wait for ever.
        if (running === 2) two.resolve()
        await two.promise
        running--
        return running
      },
    })
    const body = 'await context.store.get("x"); return input.n'
    const runs = [1, 2, 3, 4, 5].map((n) => runBody(sandbox, body, { broker, input: { n } }))
    const outcomes = await Promise.all(runs)
    expect(outcomes.map(({ result }) => result)).toEqual([1, 2, 3, 4, 5].map((value) => ({ kind: 'value', value })))
    expect(most).toBe(2)
  })

  it('gives tenants turns: who asks for much makes another wait for what runs, and no more', async () => {
    const sandbox = open()
    const bundle = await bundleOf({ tried: 'await context.store.get("x")' })
    const started: string[] = []
    const gates: PromiseWithResolvers<void>[] = []
    const runOf = (tenantId: TenantId, name: string) => {
      const broker = fakeBroker({
        store: async () => {
          started.push(name)
          const gate = Promise.withResolvers<void>()
          gates.push(gate)
          await gate.promise
        },
      })
      const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: CLIENT } as const
      return sandbox.run({ bundle, task, input: {}, env: {}, broker, tenantId, limits: { wallMs: 20_000 } })
    }
    const runs = Array.from({ length: 6 }, (_, index) => runOf(LOCAL_TENANT, `a${index}`))
    const isFull = () => vi.waitUntil(() => gates.length === 2, { timeout: 20_000, interval: 5 })
    await isFull()
    runs.push(runOf(OTHER_TENANT, 'b0'))
    gates.shift()?.resolve()
    await isFull()
    expect(started).toEqual([expect.stringContaining('a'), expect.stringContaining('a'), 'b0'])
    const letGo = setInterval(() => gates.shift()?.resolve(), 1)
    await Promise.all(runs)
    clearInterval(letGo)
    expect(started).toHaveLength(7)
  })

  it('gives each run an isolate of its own', async () => {
    const sandbox = open({ runners: 1 })
    const body = 'globalThis.n = (globalThis.n ?? 0) + 1; Array.prototype.extra = 1; return [globalThis.n, [].extra]'
    const first = await runBody(sandbox, body)
    const second = await runBody(sandbox, 'return [globalThis.n ?? 0, [].extra ?? 0]')
    expect(first.result).toEqual({ kind: 'value', value: [1, 1] })
    expect(second.result).toEqual({ kind: 'value', value: [0, 0] })
  })

  it('ends a run whose signal is aborted, in a loop too, and its process with it', async () => {
    const sandbox = open({ runners: 1 })
    const loop = new AbortController()
    const looping = runBody(sandbox, 'context.progress(1); for (;;);', {
      signal: loop.signal,
      onNotice: () => loop.abort(),
    })
    expect((await looping).result).toEqual({ kind: 'aborted' })
    expect((await runBody(sandbox, 'return 1')).result).toEqual({ kind: 'value', value: 1 })
  })

  it.skipIf(!isLinux)('lets code that hears its signal tidy up, and keeps the process', async () => {
    const sandbox = open({ runners: 1 })
    const cancelling = new AbortController()
    const stored: unknown[] = []
    const broker = fakeBroker({ store: (call) => void stored.push(call) })
    await runBody(sandbox, 'return 0')
    const runners = runnerIds()
    const body = `context.progress(1)
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      await context.store.set('why', context.signal.reason.name)
      return 'too late'`
    const { signal } = cancelling
    const { result } = await runBody(sandbox, body, { broker, signal, onNotice: () => cancelling.abort() })
    expect(result).toEqual({ kind: 'aborted' })
    expect(stored).toEqual([{ kind: 'store', action: 'set', key: 'why', value: 'AbortError' }])
    await runBody(sandbox, 'return 1')
    expect(runnerIds()).toEqual(runners)
  })

  it('never starts a run that was given up before its turn', async () => {
    const sandbox = open({ runners: 1 })
    const started = Promise.withResolvers<void>()
    const { promise: end, resolve: endFirst } = Promise.withResolvers<void>()
    const holding = fakeBroker({ store: () => (started.resolve(), end) })
    const broker = fakeBroker({ store: () => 1 })
    const abort = new AbortController()
    const first = runBody(sandbox, 'await context.store.get("x"); return 1', { broker: holding })
    await started.promise
    const bundle = await bundleOf({ tried: 'await context.store.get("x")' })
    const waiting = runBody(sandbox, '', { bundle, broker, signal: abort.signal })
    setTimeout(() => abort.abort(), 50)
    expect((await waiting).result).toEqual({ kind: 'aborted' })
    endFirst()
    expect((await first).result).toEqual({ kind: 'value', value: 1 })
    expect((await runBody(sandbox, 'return 2', { signal: AbortSignal.abort() })).result).toEqual({ kind: 'aborted' })
    expect(broker.calls).toEqual([])
  })

  it('tells the broker to stop when the run ends before the answer', async () => {
    const sandbox = open()
    const { promise: stopped, resolve } = Promise.withResolvers<void>()
    const broker = fakeBroker({
      fetch: (_call, signal) => new Promise(() => signal.addEventListener('abort', () => resolve(), { once: true })),
    })
    const body = 'void fetch("https://x.example").catch(() => {}); return "done"'
    const { result } = await runBody(sandbox, body, { broker })
    await stopped
    expect(result).toEqual({ kind: 'value', value: 'done' })
  })

  it('tells the broker when the code gives up a request', async () => {
    const sandbox = open()
    const { promise: stopped, resolve } = Promise.withResolvers<void>()
    const broker = fakeBroker({
      fetch: (_call, signal) => new Promise(() => signal.addEventListener('abort', () => resolve(), { once: true })),
      store: () => stopped,
    })
    const body = `const failed = await fetch('https://x.example', { signal: AbortSignal.timeout(20) }).catch((error) => error.name)
      await context.store.get('until it was stopped')
      return failed`
    const { result } = await runBody(sandbox, body, { broker })
    expect(result).toEqual({ kind: 'value', value: 'TimeoutError' })
  })

  it('cuts the logs of a flood and lets the run go on', async () => {
    const { result, logs } = await runBody(
      open(),
      'for (let i = 0; i < 5000; i++) console.log("line " + i + " ".repeat(20)); return "done"',
    )
    const bytes = logs.reduce((sum, { message }) => sum + message.length, 0)
    expect(result).toEqual({ kind: 'value', value: 'done' })
    expect(bytes).toBeLessThan(LIMITS.logBytes)
    expect(logs.at(-1)).toMatchObject({ level: 'warning', message: expect.stringContaining('Logs were cut') })
  })

  it('keeps the logs of a run that met a limit', async () => {
    const { result, logs } = await runBody(open(), 'console.log("before"); await 1; for (;;);')
    expect(result).toMatchObject({ kind: 'limit', limit: 'cpuMs', allowed: LIMITS.cpuMs })
    expect(logs).toEqual([{ level: 'info', message: 'before' }])
  })

  it('lets a run ask for its own limits', async () => {
    const { result } = await runBody(open(), 'await new Promise((resolve) => setTimeout(resolve, 1e4))', {
      limits: { wallMs: 150 },
    })
    expect(result).toMatchObject({ kind: 'limit', limit: 'wallMs', allowed: 150 })
  })

  it.skipIf(!isLinux)('answers when its process is killed from outside in the middle of a run', async () => {
    const sandbox = open({ runners: 1 })
    const broker = fakeBroker({
      store: () => {
        for (const id of runnerIds()) process.kill(id, 'SIGKILL')
        return new Promise(() => {})
      },
    })
    const { result } = await runBody(sandbox, 'await context.store.get("x")', { broker })
    const next = await runBody(sandbox, 'return 1')
    expect(result).toMatchObject({ kind: 'thrown', name: 'RunnerEnded' })
    expect(next.result).toEqual({ kind: 'value', value: 1 })
  })

  it.skipIf(!isLinux)(
    'gives a run to another process when the first was killed before the code did anything',
    async () => {
      const sandbox = open({ runners: 1 })
      await runBody(sandbox, 'return 0')
      for (const id of runnerIds()) process.kill(id, 'SIGKILL')
      expect((await runBody(sandbox, 'return 1')).result).toEqual({ kind: 'value', value: 1 })
    },
  )

  it.skipIf(!isLinux)('gives a run to another process when the first hangs before the code did anything', async () => {
    const sandbox = open({ runners: 1 })
    await runBody(sandbox, 'return 0')
    const [hanging = 0] = runnerIds()
    process.kill(hanging, 'SIGSTOP')
    expect((await runBody(sandbox, 'return 1')).result).toEqual({ kind: 'value', value: 1 })
    expect(isRunning(hanging)).toBe(false)
  })

  it.skipIf(!isLinux)('starts ahead when asked to, and ends what is idle', async () => {
    const sandbox = open({ idleMs: 200 })
    sandbox.warm()
    expect(await becomesTrue(() => runnerIds().length === 1)).toBe(true)
    expect(await becomesTrue(() => runnerIds().length === 0)).toBe(true)
  })

  it.skipIf(!isLinux)('leaves no process behind when it is closed, busy or idle', async () => {
    const sandbox = open()
    await Promise.all([runBody(sandbox, 'return 1'), runBody(sandbox, 'return 1')])
    const started = Promise.withResolvers<void>()
    const broker = fakeBroker({ store: () => started.resolve() })
    const busy = runBody(sandbox, 'await context.store.get("x"); for (;;);', { broker })
    await started.promise
    await sandbox.close()
    expect(runnerIds()).toEqual([])
    expect((await busy).result).toEqual({ kind: 'aborted' })
    await expect(runBody(sandbox, 'return 1')).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  })

  it('says why code cannot be run when a runner does not start', async () => {
    await using folder = await temporaryDirectory()
    const file = path.join(folder.path, 'broken.mjs')
    await writeFile(file, "throw new Error('no native build for this machine')")
    const sandbox = open({ runners: 1, program: { file, nodeArguments: [], programArguments: [] } })
    const second = runBody(sandbox, 'return 2').catch((error: unknown) => error)
    const third = runBody(sandbox, 'return 3').catch((error: unknown) => error)
    expect(await Promise.all([second, third])).toMatchObject([
      { code: 'SANDBOX_UNAVAILABLE' },
      { code: 'SANDBOX_UNAVAILABLE' },
    ])
    await expect(runBody(sandbox, 'return 1')).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('no native build for this machine'),
      fix: expect.stringContaining('isolated-vm'),
    })
  })

  it.skipIf(!isLinux)(
    'ends its runners with its process, even when that is killed and they are in a loop',
    async () => {
      const program = `
      import { createSandbox } from ${JSON.stringify(SANDBOX)}
      const sandbox = createSandbox({ limits: ${JSON.stringify({ ...LIMITS, cpuMs: 60_000, wallMs: 60_000 })}, runners: 1, idleMs: 60000 })
      const bundle = 'export const code = {}; for (;;) console.log("x")'
      setTimeout(() => console.log('runs'), 800)
      await sandbox.run({ bundle, tenantId: 'one', task: { kind: 'load' }, env: {}, broker: {} })`
      const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(parent.stdout, 'data')
      const [runnerId] = childrenOf(parent.pid ?? 0)
      parent.kill('SIGKILL')
      expect(await becomesTrue(() => runnerId !== undefined && !isRunning(runnerId))).toBe(true)
    },
  )

  it('does not keep its process alive while nothing runs', () => {
    const program = `
      import { createSandbox } from ${JSON.stringify(SANDBOX)}
      const sandbox = createSandbox({ limits: ${JSON.stringify(LIMITS)}, runners: 1, idleMs: 60000 })
      const bundle = 'export const code = { tools: {} }'
      const { result } = await sandbox.run({ bundle, tenantId: 'one', task: { kind: 'load' }, env: {}, broker: {} })
      console.log(result.kind)`
    // A runner that is kept would keep it for its 60 s.
    const how = { encoding: 'utf8', timeout: 25_000 } as const
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], how)
    expect(output.trim()).toBe('value')
  })
})
