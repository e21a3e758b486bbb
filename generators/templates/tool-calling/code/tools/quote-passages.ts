import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import type { Passage } from '../shared/find-passages.ts'
import { takeOver } from '../shared/handed-results.ts'
import { quotePassages } from '../shared/quote-passages.ts'

interface Input {
  readonly result_id: string
  readonly numbers?: readonly number[]
}

/** The second half: takes over what find_passages kept. */
export default async function quote({ result_id: id, numbers }: Input, { store }: ToolContext): Promise<object> {
  // Only find_passages hands results over.
  const passages = (await takeOver(store, id)) as readonly Passage[]
  const wrong = numbers?.find((number) => number > passages.length)
  if (wrong !== undefined) throw new Error(`The result "${id}" has ${passages.length} passages, and no ${wrong}.`)
  const chosen = numbers ? passages.filter((_, index) => numbers.includes(index + 1)) : passages
  return quotePassages(chosen)
}
