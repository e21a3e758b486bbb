import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readDocuments } from '../shared/documents.ts'
import { findPassages } from '../shared/find-passages.ts'
import { quotePassages } from '../shared/quote-passages.ts'

interface Input {
  readonly question: string
  readonly limit?: number
}

/** Both halves in one call, by the functions that the other tools are made of. */
export default async function answer(
  { question, limit = 3 }: Input,
  { store, progress }: ToolContext,
): Promise<object> {
  progress(0, 2, 'finding passages')
  const passages = findPassages(question, await readDocuments(store), limit)
  progress(1, 2, 'quoting them')
  if (passages.length === 0) return { text: 'No document has a word of the question.', sources: [] }
  return quotePassages(passages)
}
