import type { Passage } from './find-passages.ts'

/** Passages as quotes with numbered sources, each document once among them. */
export function quotePassages(passages: readonly Passage[]): {
  readonly text: string
  readonly sources: readonly string[]
} {
  const sources = [...new Set(passages.map(({ title }) => title))]
  const quotes = passages.map(({ title, text }) => `> ${text} [${sources.indexOf(title) + 1}]`)
  return { text: quotes.join('\n\n'), sources }
}
