import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { listDocuments } from '../shared/documents.ts'

interface Input {
  readonly limit?: number
  readonly cursor?: string
}

/** Lists what was added. */
export default async function list({ limit = 20, cursor }: Input, { store }: ToolContext): Promise<object> {
  const documents = await listDocuments(store, { limit: limit + 1, ...(cursor !== undefined && { after: cursor }) })
  const page = documents.slice(0, limit)
  const last = page.at(-1)
  return {
    documents: page.map(({ title, text }) => ({ title, characters: text.length })),
    ...(documents.length > limit && last && { next_cursor: last.title }),
  }
}
