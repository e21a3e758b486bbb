import type { StepResult } from './run-plan.ts'
import type { Section } from './sections.ts'

/** A report in Markdown: section by section, what each worker found; what came twice in a section is there once. */
export function joinResults(task: string, sections: readonly Section[], results: readonly StepResult[]): string {
  const parts = sections.flatMap(({ number, heading }) => {
    const own = results.filter(({ section }) => section === number)
    const lines = own.flatMap((result) => describe(result))
    return lines.length === 0 ? [] : [`## ${number}. ${heading ?? 'Section'}`, ...lines]
  })
  return [`# ${task}`, ...(parts.length > 0 ? parts : ['Nothing was found.'])].join('\n')
}

function describe(result: StepResult): readonly string[] {
  const name = result.worker.replaceAll('_', ' ')
  if (!result.ok) return [`- ${name} failed: ${result.error}`]
  return result.found.length === 0 ? [] : [`- ${name}:`, ...[...new Set(result.found)].map((line) => `  - ${line}`)]
}
