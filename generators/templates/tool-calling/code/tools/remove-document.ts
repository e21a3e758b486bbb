import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { removeDocument } from '../shared/documents.ts'

/** Takes a document away. */
export default async function remove({ title }: { readonly title: string }, { store }: ToolContext): Promise<object> {
  await removeDocument(store, title)
  return { removed: title }
}
