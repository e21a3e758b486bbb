import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { keepDocument, type Document } from '../shared/documents.ts'

/** Adds a document, or puts a new text in the place of the one with its title. */
export default async function addDocument({ title, text }: Document, { store }: ToolContext): Promise<object> {
  await keepDocument(store, { title, text })
  return { title, characters: text.length }
}
