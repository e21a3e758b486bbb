import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { askForPlan } from '../shared/ask-for-plan.ts'
import { planByRules } from '../shared/plan.ts'
import { splitIntoSections } from '../shared/sections.ts'

interface Input {
  readonly task: string
  readonly document: string
  readonly planner?: 'client' | 'rules'
}

/** Plans a task without doing it. */
export default async function planAnalysis(
  { task, document, planner = 'client' }: Input,
  context: ToolContext,
): Promise<object> {
  const sections = splitIntoSections(document)
  const asked = planner === 'client' ? await askForPlan(task, sections, context) : undefined
  return {
    planned_by: asked ? 'client' : 'rules',
    sections: sections.map(({ number, heading, text }) => ({ number, heading: heading ?? text.slice(0, 60) })),
    steps: asked ?? planByRules(task, sections),
  }
}
