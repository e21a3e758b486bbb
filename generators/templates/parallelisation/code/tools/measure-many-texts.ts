import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { measureText } from '../shared/measure-text.ts'
import { runInParallel, summarize } from '../shared/run-in-parallel.ts'

interface Input {
  readonly texts: readonly string[]
  readonly concurrency?: number
  readonly stop_on_failure?: boolean
}

/** Does the work on many texts, and tells how far it is. */
export default async function measureManyTexts(
  { texts, concurrency = 8, stop_on_failure: stopOnFailure = false }: Input,
  { signal, progress }: ToolContext,
): Promise<object> {
  return summarize(await runInParallel(texts, measureText, { concurrency, stopOnFailure, signal, progress }))
}
