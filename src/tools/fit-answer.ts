import { defaults } from '../config/defaults.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import type { Members, MetaAnswer } from './meta-tool.ts'

interface Fit {
  /** Tokens of text and structure together. */
  readonly most?: number
  /** The resource that holds what is cut. */
  readonly rest?: string
}

/** Keeps an answer under a cap of tokens: its longest lists and texts are cut, and it says so, and where the rest is. */
export function fitAnswer<Structured>(
  answer: MetaAnswer<Structured>,
  { most = defaults.limits.answerTokensMax, rest }: Fit = {},
): MetaAnswer<Structured> {
  const text = answer.text.slice(0, most * 2)
  // What comes next stands in both, and the words about what was cut take room too.
  const room = most - tokensOf(text) - tokensOf(answer.next ?? []) * 2 - WORDS_TOKENS
  const { structured, cut } = fitStructure(answer.structured, room)
  if (cut.length === 0 && text === answer.text) return answer
  const parts = cut.length > 0 ? cut.join(', ') : 'the text'
  const where = rest === undefined ? 'ask for less' : `all of it is the resource ${rest}`
  return {
    ...answer,
    text: `${text}\n(${parts} cut to fit; ${where}.)`,
    // What is cut keeps its kind: a list is a shorter list.
    structured: { ...(structured as Structured & Members), cut, ...(rest !== undefined && { rest }) },
  }
}

const WORDS_TOKENS = 60

/** Deeper parts that are too large go altogether. */
const DEEPEST = 20

/** Cuts what is largest first, each part no more than it takes; the parts themselves stay. */
function fitStructure(
  given: Members,
  room: number,
  depth = 0,
): { readonly structured: Members; readonly cut: readonly string[] } {
  const sizes = Object.entries(given).map(([key, value]) => ({ key, value, tokens: tokensOf({ [key]: value }) }))
  let excess = sizes.reduce((sum, { tokens }) => sum + tokens, 0) - room
  const structured: Record<string, unknown> = { ...given }
  const cut: string[] = []
  for (const { key, value, tokens } of sizes.toSorted((left, right) => right.tokens - left.tokens)) {
    if (excess <= 0) break
    const shorter = shorten(value, tokens - excess, depth)
    if (shorter === undefined) continue
    structured[key] = shorter
    cut.push(key)
    excess -= tokens - tokensOf({ [key]: shorter })
  }
  return { structured, cut }
}

/** The beginning that has about so many tokens; undefined where nothing can be cut. */
function shorten(value: unknown, tokens: number, depth: number): unknown {
  if (typeof value === 'string') return value.length > SHORTEST ? shortenText(value, tokens) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > DEEPEST) return '…'
  return Array.isArray(value) ? shortenList(value, tokens, depth) : shortenMembers({ ...value }, tokens, depth)
}

/** In characters. */
const SHORTEST = 200

/** Quotes and line ends take more room than their characters, so that four a token may be too many. */
function shortenText(text: string, tokens: number): string {
  let shorter = text.slice(0, Math.max(SHORTEST, tokens * 4))
  while (shorter.length > SHORTEST && tokensOf([shorter]) > tokens)
    shorter = text.slice(0, Math.max(SHORTEST, Math.floor(shorter.length * 0.8)))
  return shorter
}

/** One entry at least, and that one shortened where it is too large itself. */
function shortenList(list: readonly unknown[], tokens: number, depth: number): readonly unknown[] | undefined {
  let used = 0
  const end = list.findIndex((entry) => (used += tokensOf(entry)) > tokens)
  if (end < 0) return undefined
  if (end > 0) return list.slice(0, end)
  const first = shorten(list[0], tokens, depth + 1)
  return list.length < 2 && first === undefined ? undefined : [first ?? list[0]]
}

/** An object of so few members is a thing with parts, such as a block of content: without one of them it is broken. */
const PARTS = 8

/** The largest members shortened; where they are many, the first of them. */
function shortenMembers(members: Members, tokens: number, depth: number): Members | undefined {
  const { structured, cut } = fitStructure(members, tokens, depth + 1)
  const entries = Object.entries(structured)
  let used = 0
  const end =
    entries.length <= PARTS ? -1 : entries.findIndex(([key, value]) => (used += tokensOf({ [key]: value })) > tokens)
  const kept = end < 0 ? entries : entries.slice(0, Math.max(1, end))
  return cut.length === 0 && kept.length === entries.length ? undefined : Object.fromEntries(kept)
}
