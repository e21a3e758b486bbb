import { defaults } from '../config/defaults.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import type { MetaAnswer } from './meta-tool.ts'

/** Keeps an answer under the hard cap of tokens: the longest lists and texts are cut, and the answer says so. */
export function fitAnswer(answer: MetaAnswer): MetaAnswer {
  const limit = defaults.limits.answerTokensMax
  if (tokensOf(answer.text) + tokensOf(answer.structured) <= limit) return answer
  const structured: Record<string, unknown> = { ...answer.structured }
  const cut: string[] = []
  while (tokensOf(structured) > limit * 0.9) {
    const longest = Object.keys(structured).toSorted(
      (left, right) => tokensOf(structured[right]) - tokensOf(structured[left]),
    )[0]
    if (longest === undefined || !shorten(structured, longest)) break
    if (!cut.includes(longest)) cut.push(longest)
  }
  const text = answer.text.slice(0, limit * 2)
  return {
    ...answer,
    text: `${text}\n(${cut.join(', ')} cut to fit: ask for less.)`,
    structured: { ...structured, cut },
  }
}

function shorten(structured: Record<string, unknown>, key: string): boolean {
  const value = structured[key]
  if (Array.isArray(value) && value.length > 1) structured[key] = value.slice(0, Math.ceil(value.length / 2))
  else if (typeof value === 'string' && value.length > 200)
    structured[key] = value.slice(0, Math.ceil(value.length / 2))
  else return false
  return true
}
