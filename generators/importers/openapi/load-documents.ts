import type { ImportOptions } from '../../../src/model/api-importer.ts'
import { parseDescription } from './parse-description.ts'
import { absoluteUrl } from './references.ts'

/** Documents of one description; a description in more parts is not read to its end. */
const MOST_DOCUMENTS = 100

/**
 * Loads the other documents that a description refers to, and those that they refer to, through
 * `options.loadReference`: the only way out. Without it, and for anything but http(s), nothing is loaded.
 * @returns documents by absolute URL, the description itself under the empty key; what could not be loaded is absent
 */
export async function loadDocuments(
  description: unknown,
  text: string,
  options: ImportOptions,
): Promise<ReadonlyMap<string, unknown>> {
  const documents = new Map<string, unknown>([['', description]])
  const { loadReference, origin = '' } = options
  if (!loadReference) return documents
  const waiting = externalUrls(text, origin)
  const seen = new Set([origin])
  for (let url = waiting.pop(); url !== undefined && documents.size < MOST_DOCUMENTS; url = waiting.pop()) {
    if (seen.has(url)) continue
    seen.add(url)
    try {
      const loaded = await loadReference(url)
      documents.set(url, parseDescription(loaded))
      waiting.push(...externalUrls(loaded, url))
    } catch {
      // Each operation that needs it is skipped, with the reference named.
    }
  }
  return documents
}

/** Read from the text: walking 13 MB of parsed values to find none would take longer than the import. */
function externalUrls(text: string, base: string): string[] {
  const urls = new Set<string>()
  for (const match of text.matchAll(/\$ref["']?\s*:\s*["']?([^"'#\s,}]+)/g)) {
    const url = absoluteUrl(match[1] ?? '', base)
    if (url !== undefined) urls.add(url)
  }
  return [...urls]
}
