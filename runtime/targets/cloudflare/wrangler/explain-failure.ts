import { MetaError } from '../../../../src/errors/meta-error.ts'
import { explainRefusal, explainSilence } from '../api/api-failure.ts'
import type { FailedRun } from './read-outcome.ts'

/**
 * What to throw for a run that did not succeed.
 * @param action  goes on after "Cloudflare did not": `deploy the Worker "books"`
 * @param hidden  values that stand nowhere in the words
 */
export function explainFailure(action: string, failed: FailedRun, hidden: readonly string[]): MetaError {
  const { status, message, isPassing } = failed
  const problems = failed.problems.map((problem) => ({ ...problem, message: hide(problem.message, hidden) }))
  const words = hide(message, hidden)
  if (isPassing && status === 0) return explainSilence(action, new Error(words))
  if (isPassing || problems.length > 0) return explainRefusal(action, status, problems)
  return new MetaError(
    'TARGET_REFUSED',
    `wrangler did not ${action}: ${words.slice(0, 1000)}`,
    'Mend what it names, then deploy again.',
  )
}

function hide(text: string, hidden: readonly string[]): string {
  return hidden.filter((value) => value !== '').reduce((shown, value) => shown.replaceAll(value, '***'), text)
}
