import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { fetchPath } from '../shared/fetch-path.ts'
import { runInParallel, summarize } from '../shared/run-in-parallel.ts'

interface Input {
  readonly paths: readonly string[]
  readonly concurrency?: number
  readonly stop_on_failure?: boolean
}

/** Reads many paths of one API, and tells how far it is. */
export default async function fetchPaths(
  { paths, concurrency = 4, stop_on_failure: stopOnFailure = false }: Input,
  context: ToolContext,
): Promise<object> {
  const { signal, progress } = context
  const outcomes = await runInParallel(paths, (path) => fetchPath(path, context), {
    concurrency,
    stopOnFailure,
    signal,
    progress,
  })
  return summarize(outcomes)
}
