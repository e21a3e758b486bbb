import * as z from 'zod'
import type { Section } from './sections.ts'
import { workers } from './workers.ts'

/** One worker's turn at one section. */
export interface Step {
  readonly worker: string
  readonly section: number
}

const MOST_STEPS = 120

/** The workers that the words of the task call for, at every section; for a task that calls for none, all of them. */
export function planByRules(task: string, sections: readonly Section[]): readonly Step[] {
  const words = task.toLowerCase()
  const called = Object.entries(workers).filter(([, worker]) => worker.words.some((word) => words.includes(word)))
  const chosen = called.length > 0 ? called.map(([name]) => name) : Object.keys(workers)
  return sections.flatMap(({ number }) => chosen.map((worker) => ({ worker, section: number }))).slice(0, MOST_STEPS)
}

/**
 * Reads a plan that a model wrote: a JSON list of steps, alone or inside other words.
 * @returns undefined when there is none, or one of its steps cannot be done
 */
export function readPlan(text: string, sections: readonly Section[]): readonly Step[] | undefined {
  const step = z.object({
    worker: z.enum(Object.keys(workers)),
    section: z.number().int().min(1).max(sections.length),
  })
  const from = text.indexOf('[')
  const to = text.lastIndexOf(']')
  if (from < 0 || to < from) return undefined
  try {
    return z
      .array(step)
      .min(1)
      .max(MOST_STEPS)
      .parse(JSON.parse(text.slice(from, to + 1)))
  } catch {
    return undefined
  }
}
