import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createSandbox } from '../../runtime/sandbox/create-sandbox.ts'
import type { Sandbox, SandboxRun } from '../../runtime/sandbox/sandbox.ts'
import { defaults } from '../../src/config/defaults.ts'
import { bundleOf } from '../../test/runtime/sandbox/tool-bundle.ts'
import type { Figure } from '../figure.ts'

/** How calls find the isolate they run in. */
export type Mode = 'cold' | 'warm'

const ROUNDS = 5
const CALLS = 200
const AT_ONCE = 100
/** The most that is asked for, at the median. */
const ASKED_MS: Readonly<Record<Mode, number>> = { cold: 12, warm: 3 }

/**
 * Times calls of a tool that does nothing, so that all of it is overhead: one after the other, and a hundred at once.
 * @returns the median and the 99th percentile of each round
 */
export async function measureCalls(mode: Mode): Promise<Figure[]> {
  const { runners, idleMs, taskWallMs: _tasks, ...limits } = defaults.sandbox
  const sandbox = createSandbox({ limits, runners, idleMs })
  try {
    const run = await trivialRun(mode)
    // The first calls start the processes.
    await allAtOnce(sandbox, run)
    const rounds = await times(ROUNDS, () => oneByOne(sandbox, run))
    const bursts = await times(ROUNDS, () => allAtOnce(sandbox, run))
    return [
      { what: 'one call, p50 of a round', unit: 'ms', limit: ASKED_MS[mode], values: rounds.map(percentile(0.5)) },
      { what: 'one call, p99 of a round', unit: 'ms', values: rounds.map(percentile(0.99)) },
      { what: `${AT_ONCE} calls at once, until a call is done, p50`, unit: 'ms', values: bursts.map(percentile(0.5)) },
      { what: `${AT_ONCE} calls at once, until all are done`, unit: 'ms', values: bursts.map(percentile(1)) },
    ]
  } finally {
    await sandbox.close()
  }
}

async function trivialRun(mode: Mode): Promise<SandboxRun> {
  const abilities = { form: false, url: false, sampling: false, roots: false }
  return {
    bundle: await bundleOf({ trivial: 'return { n: input.n * 2 }' }),
    task: { kind: 'code', item: { kind: 'tool', name: 'trivial' }, client: { answers: {}, abilities } },
    tenantId: LOCAL_TENANT,
    input: { n: 21 },
    env: {},
    broker: { call: () => Promise.reject(new Error('It asks for nothing.')), notice: () => {} },
    ...(mode === 'warm' && { warmKey: 'bench' }),
  }
}

async function oneByOne(sandbox: Sandbox, run: SandboxRun): Promise<number[]> {
  return await times(CALLS, () => timedRun(sandbox, run))
}

async function allAtOnce(sandbox: Sandbox, run: SandboxRun): Promise<number[]> {
  return await Promise.all(Array.from({ length: AT_ONCE }, () => timedRun(sandbox, run)))
}

async function timedRun(sandbox: Sandbox, run: SandboxRun): Promise<number> {
  const started = performance.now()
  const { result } = await sandbox.run(run)
  if (result.kind !== 'value') throw new Error(`The call ended as ${JSON.stringify(result)}.`)
  return performance.now() - started
}

async function times<Value>(count: number, work: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = []
  for (let n = 0; n < count; n++) values.push(await work())
  return values
}

function percentile(share: number): (values: readonly number[]) => number {
  return (values) => {
    const sorted = values.toSorted((left, right) => left - right)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  }
}
