import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import type { Step } from './plan.ts'
import type { Section } from './sections.ts'
import { workers } from './workers.ts'

/** A step with what came of it. */
export type StepResult = Step &
  ({ readonly ok: true; readonly found: readonly string[] } | { readonly ok: false; readonly error: string })

const AT_ONCE = 4

/** Has the workers do their steps, a few at once. A step that fails is told, and the others go on. */
export async function runPlan(
  steps: readonly Step[],
  sections: readonly Section[],
  { signal, progress }: Pick<ToolContext, 'signal' | 'progress'>,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  const queue = steps.entries()
  let done = 0

  async function takeSteps(): Promise<void> {
    for (const [index, step] of queue) {
      // Lets what else waits have its turn, and a cancellation be seen.
      await Promise.resolve()
      signal.throwIfAborted()
      results[index] = doStep(step, sections)
      progress(++done, steps.length, `${step.worker} at section ${step.section}`)
    }
  }

  await Promise.all(Array.from({ length: Math.min(AT_ONCE, steps.length) }, takeSteps))
  return results
}

function doStep(step: Step, sections: readonly Section[]): StepResult {
  const section = sections.find(({ number }) => number === step.section)
  const worker = workers[step.worker]
  if (!section || !worker) return { ...step, ok: false, error: 'There is no such worker or section.' }
  try {
    return { ...step, ok: true, found: worker.work(section) }
  } catch (error) {
    return { ...step, ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}
