import { defaults } from '../config/defaults.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import type { MetaAnswer } from './meta-tool.ts'

interface Fit {
  /** Tokens of text and structure together. */
  readonly most?: number
  /** The resource that holds what is cut. */
  readonly rest?: string
}

/** Keeps an answer under a cap of tokens: its longest lists and texts are cut, and it says so, and where the rest is. */
export function fitAnswer(answer: MetaAnswer, { most = defaults.limits.answerTokensMax, rest }: Fit = {}): MetaAnswer {
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
    structured: { ...structured, cut, ...(rest !== undefined && { rest }) },
  }
}

const WORDS_TOKENS = 60

/** Cuts what is largest first, each part no more than it takes. */
function fitStructure(
  given: Readonly<Record<string, unknown>>,
  room: number,
): { readonly structured: Readonly<Record<string, unknown>>; readonly cut: readonly string[] } {
  const sizes = Object.entries(given).map(([key, value]) => ({ key, value, tokens: tokensOf({ [key]: value }) }))
  let excess = sizes.reduce((sum, { tokens }) => sum + tokens, 0) - room
  const structured: Record<string, unknown> = { ...given }
  const cut: string[] = []
  for (const { key, value, tokens } of sizes.toSorted((left, right) => right.tokens - left.tokens)) {
    if (excess <= 0) break
    const shorter = shorten(value, tokens - excess)
    if (shorter === undefined) continue
    structured[key] = shorter
    cut.push(key)
    excess -= tokens - tokensOf({ [key]: shorter })
  }
  return { structured, cut }
}

/** The beginning that has at most so many tokens, and one entry at least; undefined where nothing can be cut. */
function shorten(value: unknown, tokens: number): string | readonly unknown[] | undefined {
  if (typeof value === 'string' && value.length > 200) return value.slice(0, Math.max(200, tokens * 4))
  if (!Array.isArray(value) || value.length < 2) return undefined
  let used = 0
  const end = value.findIndex((entry) => (used += tokensOf(entry)) > tokens)
  return value.slice(0, Math.max(1, end))
}
