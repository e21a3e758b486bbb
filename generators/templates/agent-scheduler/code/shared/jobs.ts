import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { checkPage } from './check-page.ts'

type Input = Readonly<Record<string, unknown>>

/** What can recur. What it returns is kept with the run, up to 5,000 characters of JSON; what it throws, too. */
export interface Job {
  readonly description: string
  run(input: Input, context: ToolContext): unknown
}

/** Put your own here. Nobody is at the other end of a run: it cannot ask for input. */
export const jobs: Readonly<Record<string, Job>> = {
  remind: {
    description: 'Keeps input.text as the result of the run, for whoever looks at the schedule next.',
    run: (input) => ({ reminder: textOf(input, 'text') }),
  },
  check_page: {
    description: 'Reads the page input.path, and says whether it has changed since the run before.',
    run: (input, context) => checkPage(textOf(input, 'path'), context),
  },
}

/** @throws Error naming the jobs that there are */
export function findJob(name: string): Job {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  if (job) return job
  throw new Error(`There is no job "${name}". Jobs: ${Object.keys(jobs).join(', ')}.`)
}

/** @throws Error when the schedule was created without that text */
function textOf(input: Input, name: string): string {
  const value = input[name]
  if (typeof value === 'string') return value
  throw new Error(`The job needs a text as input.${name}.`)
}
