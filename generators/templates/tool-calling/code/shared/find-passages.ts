import type { Document } from './documents.ts'

/** A few sentences of a document. */
export interface Passage {
  readonly title: string
  readonly text: string
  /** The higher, the more of the question is in it. */
  readonly score: number
}

const SENTENCES = 3

/** The passages with the most of the question's words; a word that few passages have counts more. Best first. */
export function findPassages(question: string, documents: readonly Document[], limit: number): readonly Passage[] {
  const passages = documents.flatMap(({ title, text }) => splitText(text).map((part) => ({ title, text: part })))
  const wordsOfEach = passages.map(({ text }) => new Set(wordsOf(text)))
  const asked = [...new Set(wordsOf(question))].map((word) => {
    const having = wordsOfEach.filter((words) => words.has(word)).length
    return { word, weight: Math.log(1 + passages.length / (1 + having)) }
  })
  return passages
    .map((passage, index) => ({
      ...passage,
      score: round(asked.reduce((sum, { word, weight }) => sum + (wordsOfEach[index]?.has(word) ? weight : 0), 0)),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, limit)
}

/** Parts of a few whole sentences, none across a blank line. */
function splitText(text: string): readonly string[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const sentences = paragraph
      .replaceAll(/\s+/g, ' ')
      .trim()
      .split(/(?<=[.!?])\s/)
    const parts: string[] = []
    for (let from = 0; from < sentences.length; from += SENTENCES) {
      parts.push(sentences.slice(from, from + SENTENCES).join(' '))
    }
    return parts.filter((part) => part !== '')
  })
}

/** In lower case, without endings that only make them plural; short words are in everything. */
function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.filter((word) => word.length > 2).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ''))
}

function round(score: number): number {
  return Math.round(score * 1_000) / 1_000
}
