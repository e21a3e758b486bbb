import type { Section } from './sections.ts'

/** One who can do one thing with a section. */
export interface Worker {
  /** For whoever plans: what it gives. */
  readonly description: string
  /** Words in a task that call for it. */
  readonly words: readonly string[]
  work(section: Section): readonly string[]
}

/** Put your own here: whatever one throws is told in its step, and the other steps go on. */
export const workers: Readonly<Record<string, Worker>> = {
  key_sentences: {
    description: 'The two sentences that say most of a section.',
    words: ['summary', 'summarise', 'summarize', 'short', 'gist', 'overview'],
    work: ({ text }) => keySentences(text, 2),
  },
  key_terms: {
    description: 'The most frequent longer words of a section.',
    words: ['term', 'topic', 'keyword', 'about', 'index', 'glossary'],
    work: ({ text }) => frequentWords(text).slice(0, 8),
  },
  figures: {
    description: 'Amounts, percentages, dates and other numbers, with the words around them.',
    words: [
      'figure',
      'number',
      'amount',
      'cost',
      'price',
      'date',
      'deadline',
      'percent',
      'how much',
      'how many',
      'when',
    ],
    work: ({ text }) =>
      sentencesOf(text)
        .flatMap((sentence) => (/\d/.test(sentence) ? [sentence.slice(0, 200)] : []))
        .slice(0, 10),
  },
  open_questions: {
    description: 'Questions, and sentences that say something is still to be done or decided.',
    words: ['question', 'open', 'todo', 'action', 'decide', 'missing', 'risk'],
    work: ({ text }) =>
      sentencesOf(text)
        .filter(
          (sentence) =>
            sentence.endsWith('?') || /\b(todo|tbd|to be (done|decided)|must|should|unclear|open)\b/i.test(sentence),
        )
        .slice(0, 10),
  },
}

export function sentencesOf(text: string): readonly string[] {
  return text
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?])\s/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Those with the most of the frequent words, in their own order. */
function keySentences(text: string, most: number): readonly string[] {
  const weights = new Map(frequentWords(text).map((word, index) => [word, 1 / (index + 1)]))
  const weigh = (sentence: string): number => wordsOf(sentence).reduce((sum, word) => sum + (weights.get(word) ?? 0), 0)
  const sentences = sentencesOf(text)
  const best = new Set(sentences.toSorted((one, other) => weigh(other) - weigh(one)).slice(0, most))
  return sentences.filter((sentence) => best.has(sentence))
}

/** By count, then as they stand in the alphabet. */
function frequentWords(text: string): readonly string[] {
  const counts = new Map<string, number>()
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .toSorted(([one, times], [other, otherTimes]) => otherTimes - times || (one < other ? -1 : 1))
    .map(([word]) => word)
}

function wordsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => word.length > 4)
}
