import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createToolIndex, type ToolDocument } from '../../runtime/library/server/tool-index.ts'
import { heldOut, searchRequests, type SearchedApi, type SearchRequest } from '../../test/fixtures/search/requests.ts'
import { checkout } from '../bench-home.ts'

/** How many plain requests find theirs first, and among the first five. */
export interface Places {
  readonly requests: number
  readonly first: number
  readonly firstFive: number
}

export interface ApiPlaces extends Places {
  readonly api: SearchedApi
  readonly tools: number
  readonly isHeldOut: boolean
}

export function searchPlaces(): ApiPlaces[] {
  // Its own keys.
  return (Object.keys(searchRequests) as SearchedApi[]).map((api) => {
    const file = path.join(checkout, 'test', 'fixtures', 'search', `${api}.json.gz`)
    // Written by scripts/make-search-fixtures.ts.
    const documents = JSON.parse(gunzipSync(readFileSync(file)).toString()) as ToolDocument[]
    const index = createToolIndex(documents)
    const requests: readonly SearchRequest[] = searchRequests[api]
    const places = requests.map(([words, ...right]) => index.search(words).findIndex(({ id }) => right.includes(id)))
    return {
      api,
      tools: documents.length,
      isHeldOut: heldOut.includes(api),
      requests: requests.length,
      first: places.filter((place) => place === 0).length,
      firstFive: places.filter((place) => place >= 0 && place < 5).length,
    }
  })
}

export function sumOf(places: readonly Places[]): Places {
  return places.reduce(
    (sum, { requests, first, firstFive }) => ({
      requests: sum.requests + requests,
      first: sum.first + first,
      firstFive: sum.firstFive + firstFive,
    }),
    { requests: 0, first: 0, firstFive: 0 },
  )
}
