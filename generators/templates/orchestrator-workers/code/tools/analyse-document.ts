import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { askForPlan } from '../shared/ask-for-plan.ts'
import { joinResults } from '../shared/join-results.ts'
import { planByRules, type Step } from '../shared/plan.ts'
import { runPlan } from '../shared/run-plan.ts'
import { splitIntoSections } from '../shared/sections.ts'

interface Input {
  readonly task: string
  readonly document: string
  readonly planner?: 'client' | 'rules'
  readonly steps?: readonly Step[]
}

/** Plans a task, has the workers do their parts, and joins what they found. */
export default async function analyseDocument(
  { task, document, planner = 'client', steps: given }: Input,
  context: ToolContext,
): Promise<object> {
  const sections = splitIntoSections(document)
  // A question ends the round, and this code begins again with the answer: so it comes before any work.
  const asked = !given && planner === 'client' ? await askForPlan(task, sections, context) : undefined
  const steps = given ?? asked ?? planByRules(task, sections)
  context.background()
  const results = await runPlan(steps, sections, context)
  return {
    planned_by: given ? 'caller' : asked ? 'client' : 'rules',
    succeeded: results.filter(({ ok }) => ok).length,
    failed: results.filter(({ ok }) => !ok).length,
    report: joinResults(task, sections, results),
    steps: results,
  }
}
