import { createSandbox } from '../../runtime/sandbox/create-sandbox.ts'
import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import { defaults } from '../config/defaults.ts'
import type { Config } from '../config/load-config.ts'
import { createRunnerMeter, meteredSandbox, type RunnerMeter } from '../pipeline/metered-sandbox.ts'

/** Where code of servers runs. */
export interface Sandboxes extends AsyncDisposable {
  /** For calls. */
  readonly sandbox: Sandbox
  /** For calls that go on as tasks: runners of its own, so that long work does not hold up short. */
  readonly taskSandbox: Sandbox
  /** Counts what both use up. */
  readonly meter: RunnerMeter
}

export function openSandboxes({ quota }: Pick<Config, 'quota'>): Sandboxes {
  const { runners, taskRunners, taskWallMs, idleMs } = defaults.sandbox
  const meter = createRunnerMeter(quota.runnerSecondsPerHour)
  const sandbox = meteredSandbox(createSandbox({ limits: defaults.sandbox, runners, idleMs }), meter)
  const limits = { ...defaults.sandbox, wallMs: taskWallMs }
  const taskSandbox = meteredSandbox(createSandbox({ limits, runners: taskRunners, idleMs }), meter)
  return {
    sandbox,
    taskSandbox,
    meter,
    async [Symbol.asyncDispose]() {
      await taskSandbox.close()
      await sandbox.close()
    },
  }
}
