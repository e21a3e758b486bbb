import type { Rule } from '../rule.ts'
import { howToMend } from '../checked-server.ts'

/** Of the different words of two descriptions together, those that both have. */
const ALIKE = 0.85
/** Fewer words are alike by chance. */
const FEWEST_WORDS = 5

/** D3: what reads the same is chosen by chance. */
export const alikeDescriptions: Rule = {
  id: 'D3',
  weight: 'warning',
  *find({ tools }) {
    const asked = tools.filter(({ origin }) => origin === 'own')
    const pairs = alikePairs(asked.map(({ tool }) => tool.description))
    for (const [left, right] of pairs) {
      const [checked, other] = [asked[left], asked[right]]
      if (!checked || !other) continue
      yield {
        kind: 'tool',
        name: checked.tool.name,
        problem: `Its description is almost that of "${other.tool.name}".`,
        fix: `Say what tells it apart, and when to use which, ${howToMend(checked)}.`,
      }
    }
  },
}

/**
 * For each text that has one before it with the same words, the two. Two sets of words as alike as that share one of
 * the first few when words are in order of rareness (prefix filtering: Chaudhuri et al., ICDE 2006), so that few are compared.
 */
export function alikePairs(texts: readonly string[]): [number, number][] {
  const sets = texts.map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{1,40}/gu)))
  const frequency = new Map<string, number>()
  for (const set of sets) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const holders = new Map<string, number[]>()
  return sets.flatMap((set, index): [number, number][] => {
    if (set.size < FEWEST_WORDS) return []
    const rareFirst = [...set].toSorted(
      (left, right) => (frequency.get(left) ?? 0) - (frequency.get(right) ?? 0) || (left < right ? -1 : 1),
    )
    const prefix = rareFirst.slice(0, set.size - Math.ceil(ALIKE * set.size) + 1)
    const candidates = new Set(prefix.flatMap((word) => holders.get(word) ?? []))
    for (const word of prefix) holders.set(word, [...(holders.get(word) ?? []), index])
    const match = [...candidates].find((candidate) => overlap(set, sets[candidate] ?? new Set()) > ALIKE)
    return match === undefined ? [] : [[index, match]]
  })
}

function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const both = [...left].filter((word) => right.has(word)).length
  return both / (left.size + right.size - both)
}
