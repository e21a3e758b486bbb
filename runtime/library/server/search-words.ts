import type { Effect } from '../operation.ts'
import { intents, phrases, sameWords, stopWords, synonyms, weakWords } from './search-synonyms.ts'

export interface AskedWord {
  readonly stem: string
  readonly weight: number
  /** What it shares with other words, as terms (`~12`) that no text holds. */
  readonly meanings: readonly string[]
}

/** A request in plain words, read. */
export interface Asked {
  readonly words: readonly AskedWord[]
  /** All stems and meanings of the words. */
  readonly terms: ReadonlySet<string>
  /** What is to happen; undefined when no word says so. */
  readonly intent: Effect | undefined
}

export function readRequest(request: string): Asked {
  const words = stemsOf(request).map((stem) => ({
    stem,
    weight: weak.has(stem) ? 0.6 : 1,
    meanings: meaningsOf(stem),
  }))
  const terms = new Set(words.flatMap(({ stem, meanings }) => [stem, ...meanings]))
  return { words, terms, intent: intentOf(request) }
}

/** The groups of synonyms that a stem belongs to, as terms. */
export function meaningsOf(stem: string): readonly string[] {
  return meaningsByStem.get(stem) ?? []
}

/** The different stems of a text, in its order. */
export function stemsOf(text: string): string[] {
  const stems = wordsOf(text)
    .map(stemOf)
    .filter((stem) => stem !== undefined)
  return [...new Set(stems)]
}

/** A word in lower case without its ending, or the one that stands for it; undefined for one that says nothing. */
export function stemOf(word: string): string | undefined {
  return stopped.has(word) ? undefined : rootOf(word)
}

/** The first word that names a deed decides. */
function intentOf(request: string): Effect | undefined {
  return wordsOf(request)
    .filter((word) => !/[^e]ed$/.test(word)) // "files changed" asks for files; nothing is to be changed
    .map((word) => intentByStem.get(rootOf(word)))
    .find((intent) => intent !== undefined)
}

function wordsOf(text: string): string[] {
  let plain = ` ${text.toLowerCase().replaceAll(/['’]s?\b/g, '')} `
  for (const [phrase, words] of phrases) plain = plain.replace(` ${phrase} `, ` ${words} `)
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

function rootOf(word: string): string {
  const root = withoutEnding(word)
  return standIns.get(root) ?? root
}

function withoutEnding(word: string): string {
  const singular = word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x|z)es$/, '$1')
    .replace(/([^su])s$/, '$1')
  const bare = singular.length > 5 ? singular.replace(/(?<=[aeiouy].*)(?:ing|ed)$/, '') : singular
  const single = bare === singular ? bare : bare.replace(/([bdfgmnprt])\1$/, '$1')
  return single.length > 3 ? single.replace(/e$/, '') : single
}

const standIns = new Map(
  sameWords.flatMap((line) => {
    const [first = '', ...others] = line.split(' ').map(withoutEnding)
    return others.map((other) => [other, first] as const)
  }),
)

const stopped = new Set(stopWords.split(' '))
const weak = new Set(weakWords.split(' ').map(rootOf))

const meaningsByStem = new Map<string, string[]>()
for (const [number, line] of synonyms.entries()) {
  for (const stem of new Set(line.split(' ').map(rootOf))) {
    meaningsByStem.set(stem, [...meaningsOf(stem), `~${number}`])
  }
}

const intentByStem = new Map<string, Effect>()
for (const effect of ['read', 'delete', 'write'] as const) {
  for (const word of intents[effect].split(' ')) intentByStem.set(rootOf(word), effect)
}
