import { readFileSync } from 'node:fs'
import MiniSearch from 'minisearch'
import { MetaError } from '../../src/errors/meta-error.ts'

/** A well-known API and where its description is. */
export interface CatalogueEntry {
  /** What `import_openapi` takes as `api`. */
  readonly api: string
  readonly name: string
  readonly description: string
  /** Of the OpenAPI description. */
  readonly url: string
  readonly hosts: readonly string[]
  readonly credential: 'bearer token' | 'API key' | 'OAuth 2.0 token' | 'user and password' | 'none'
  /** Where a credential is to be had. */
  readonly documentation: string
}

let entries: readonly CatalogueEntry[] | undefined

/**
 * @param file  the catalogue: generators/catalogue/apis.json
 * @throws MetaError DESCRIPTION_UNREADABLE with the nearest APIs, when there is none of that name
 */
export function findApi(api: string, file: string): CatalogueEntry {
  const found = readCatalogue(file).find((entry) => entry.api === api.toLowerCase())
  if (found) return found
  const near = searchApis(api, file, 5).map((entry) => `${entry.api} (${entry.name})`)
  throw new MetaError(
    'DESCRIPTION_UNREADABLE',
    `"${api}" is not one of the ${readCatalogue(file).length} APIs of the catalogue.`,
    near.length > 0
      ? `Near it: ${near.join(', ')}. Or give its url.`
      : 'Give the url of its OpenAPI description instead.',
  )
}

/** The APIs that fit plain words best. */
export function searchApis(words: string, file: string, limit: number): readonly CatalogueEntry[] {
  const catalogue = readCatalogue(file)
  const index = new MiniSearch<CatalogueEntry>({
    idField: 'api',
    fields: ['api', 'name', 'description'],
    searchOptions: { boost: { api: 3, name: 2 }, prefix: true, fuzzy: 0.25 },
  })
  index.addAll([...catalogue])
  const ids = index
    .search(words)
    .slice(0, limit)
    .map(({ id }) => String(id))
  return ids.flatMap((id) => catalogue.find(({ api }) => api === id) ?? [])
}

export function readCatalogue(file: string): readonly CatalogueEntry[] {
  return (entries ??= JSON.parse(readFileSync(file, 'utf8')) as readonly CatalogueEntry[])
}
