import type { KeyValueStore } from '../../../../../runtime/library/tool-context.ts'

/** A text that questions are answered from. */
export interface Document {
  readonly title: string
  readonly text: string
}

/** Is there from the beginning, so that a question has an answer; take it away once there are others. */
const welcome: Document = {
  title: 'Welcome',
  text: 'This server answers questions from documents. A document is added with add_document. An answer quotes the passages that it is made from, with the title of their document.',
}

const PREFIX = 'document/'
const MOST_DOCUMENTS = 50

/** All of them, by title; the welcome while there is no other. */
export async function readDocuments(store: KeyValueStore): Promise<readonly Document[]> {
  const entries = await store.entries(PREFIX, { limit: MOST_DOCUMENTS })
  return entries.length > 0 ? entries.map(({ value }) => value as Document) : [welcome]
}

/** A page of them, by title. */
export async function listDocuments(
  store: KeyValueStore,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<readonly Document[]> {
  const page = { limit, ...(after !== undefined && { after: PREFIX + after }) }
  return (await store.entries(PREFIX, page)).map(({ value }) => value as Document)
}

/**
 * Keeps a document in the place of the one with its title.
 * @throws Error when there is no room for one more
 */
export async function keepDocument(store: KeyValueStore, document: Document): Promise<void> {
  const titles = await store.list(PREFIX)
  if (titles.length >= MOST_DOCUMENTS && !titles.includes(PREFIX + document.title)) {
    throw new Error(`There are ${MOST_DOCUMENTS} documents, and no room for more. Remove one first.`)
  }
  await store.set(PREFIX + document.title, document)
}

/** @throws Error when there is none of that title */
export async function removeDocument(store: KeyValueStore, title: string): Promise<void> {
  if (!(await store.get(PREFIX + title))) throw new Error(`There is no document "${title}". list_documents shows them.`)
  await store.delete(PREFIX + title)
}
