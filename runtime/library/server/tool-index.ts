import MiniSearch, { type SearchOptions } from 'minisearch'
import type { Effect } from '../operation.ts'
import { type AskedWord, meaningsOf, readRequest, stemOf } from './search-words.ts'
import { describedTool, fitOf, type ToolTraits } from './tool-fit.ts'

/** What a tool is found by. */
export interface ToolDocument {
  readonly name: string
  readonly description: string
  readonly group: string | undefined
  readonly path: string | undefined
  readonly effect: Effect
}

export interface FoundTool {
  /** The tool's name. */
  readonly id: string
  readonly score: number
}

/** A BM25 index over summaries, names, groups, paths and descriptions that knows words of like meaning. */
export interface ToolIndex {
  /** Takes some 0.1 ms of computing a tool. */
  add(documents: readonly ToolDocument[]): void
  /** Tools for a request in plain words, the best first. */
  search(request: string): readonly FoundTool[]
}

/** How well a tool matches: its BM25 score, and the share of the request's words that it holds. */
interface Match {
  readonly score: number
  readonly share: number
}

/** Tools with the BM25 score of one term. */
type Hits = readonly (readonly [id: string, score: number])[]

const KEPT_TERMS = 200

export function createToolIndex(documents: readonly ToolDocument[]): ToolIndex {
  const vocabulary = new Set<string>()
  const traits = new Map<string, ToolTraits>()
  const found = new Map<string, Hits>()
  const index = new MiniSearch({
    fields: ['summary', 'words', 'group', 'path', 'description'],
    processTerm(word) {
      const stem = stemOf(word.toLowerCase())
      if (stem === undefined) return null
      vocabulary.add(stem)
      return [stem, ...meaningsOf(stem)]
    },
  })

  function add(added: readonly ToolDocument[]): void {
    found.clear()
    for (const document of added) {
      const tool = describedTool(document)
      traits.set(document.name, tool.traits)
      index.add(tool.fields)
    }
  }

  function search(request: string): FoundTool[] {
    const asked = readRequest(request)
    const totals = new Map<string, Match>()
    for (const word of asked.words) {
      for (const [name, match] of matchesOf(word)) {
        const { score, share } = totals.get(name) ?? { score: 0, share: 0 }
        totals.set(name, { score: score + match.score, share: share + match.share / asked.words.length })
      }
    }
    return Array.from(totals, ([id, { score, share }]) => {
      const tool = traits.get(id)
      return { id, score: tool ? score * fitOf(tool, asked, share) : 0 }
    }).toSorted((left, right) => right.score - left.score)
  }

  /** A word counts once in a tool: as itself, or as the nearest of its meanings. */
  function matchesOf({ stem, weight, meanings }: AskedWord): ReadonlyMap<string, Match> {
    const best = new Map<string, Match>()
    for (const [id, score] of hitsOf(stem, asWord(vocabulary.has(stem)))) {
      best.set(id, { score: score * weight, share: 1 })
    }
    for (const meaning of meanings) {
      for (const [id, score] of hitsOf(meaning, AS_MEANING)) {
        const known = best.get(id)
        const here = score * weight * MEANING_WEIGHT
        if (!known) best.set(id, { score: here, share: MEANING_SHARE })
        else if (here > known.score) best.set(id, { score: here, share: known.share })
      }
    }
    return best
  }

  /** Requests are made of the same few hundred words: what one is found in is looked up once. */
  function hitsOf(term: string, options: SearchOptions): Hits {
    const known = found.get(term)
    const hits = known ?? index.search(term, options).map(({ id, score }) => [String(id), score] as const)
    found.delete(term)
    found.set(term, hits)
    const [oldest] = found.keys()
    if (found.size > KEPT_TERMS && oldest !== undefined) found.delete(oldest)
    return hits
  }

  add(documents)
  return { add, search }
}

// These numbers, and those of tool-fit.ts, were tried on the requests of test/fixtures/search.
const MEANING_WEIGHT = 0.7
const MEANING_SHARE = 0.9

const AS_MEANING: SearchOptions = {
  boost: { summary: 3, words: 2, group: 1, path: 1.3, description: 1 },
  bm25: { k: 1.2, b: 0.9, d: 0.2 },
  weights: { prefix: 0.3, fuzzy: 0.3 },
  tokenize: (term) => [term],
  processTerm: (term) => term,
}

/** Only a word that no tool holds is taken for a slip of another. */
function asWord(isKnown: boolean): SearchOptions {
  return { ...AS_MEANING, prefix: (term) => term.length > 3, fuzzy: (term) => !isKnown && term.length > 3 && 0.2 }
}
