import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createToolIndex, type ToolDocument } from '../../../runtime/library/server/tool-index.ts'
import { heldOut, type SearchedApi, type SearchRequest, searchRequests } from '../../fixtures/search/requests.ts'

const folder = path.join(import.meta.dirname, '..', '..', 'fixtures', 'search')
// Its own keys.
const apis = Object.keys(searchRequests) as SearchedApi[]

describe('requests in plain words', () => {
  const ranks = new Map(apis.map((api) => [api, ranksOf(api)]))

  it.each(apis)('find at least 85 %% of what is meant among the first five: %s', (api) => {
    expect(shareOf(ranks.get(api) ?? [], 5)).toBeGreaterThanOrEqual(0.85)
  })

  it('find at least 95 % of what is meant among the first five, over all APIs', () => {
    const all = [...ranks.values()].flat()
    expect(all.length).toBeGreaterThanOrEqual(60)
    expect(shareOf(all, 5)).toBeGreaterThanOrEqual(0.95)
  })

  it('find at least 90 % of what is meant where the index was never tried before', () => {
    expect(
      shareOf(
        heldOut.flatMap((api) => ranks.get(api) ?? []),
        5,
      ),
    ).toBeGreaterThanOrEqual(0.9)
  })
})

/** At which place, from 1, the first right operation comes; Infinity where none does. */
function ranksOf(api: SearchedApi): number[] {
  const documents = documentsOf(api)
  const names = new Set(documents.map(({ name }) => name))
  const index = createToolIndex(documents)
  const requests: readonly SearchRequest[] = searchRequests[api]
  return requests.map(([words, ...right]) => {
    expect(right.filter((name) => !names.has(name))).toEqual([])
    const place = index.search(words).findIndex(({ id }) => right.includes(id))
    return place < 0 ? Infinity : place + 1
  })
}

function documentsOf(api: SearchedApi): ToolDocument[] {
  // Written by scripts/make-search-fixtures.ts.
  return JSON.parse(gunzipSync(readFileSync(path.join(folder, `${api}.json.gz`))).toString()) as ToolDocument[]
}

function shareOf(ranks: readonly number[], first: number): number {
  return ranks.filter((rank) => rank <= first).length / ranks.length
}
