import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readDocuments } from '../shared/documents.ts'
import { findPassages } from '../shared/find-passages.ts'
import { handOver } from '../shared/handed-results.ts'

interface Input {
  readonly question: string
  readonly limit?: number
}

/** The first half of an answer: what it can be made from. */
export default async function find({ question, limit = 5 }: Input, { store }: ToolContext): Promise<object> {
  const passages = findPassages(question, await readDocuments(store), limit)
  return {
    result_id: await handOver(store, passages),
    passages: passages.map(({ title, text, score }) => ({ title, score, begins: text.slice(0, 80) })),
  }
}
