import { withoutSmuggled } from '../../runtime/library/hidden-text.ts'
import type { Finding } from '../model/finding.ts'
import type { Found, Rule } from './rule.ts'

/** Makes findings of what a rule has found: one for each thing, however many of its places are concerned. */
export function toFindings(
  { id: rule, weight }: Pick<Rule, 'id' | 'weight'>,
  found: Iterable<Found>,
): readonly Finding[] {
  const byThing = Map.groupBy(found, ({ kind, name }) => `${kind}/${name}`)
  return Array.from(byThing, ([thing, places]) => {
    const [{ kind, name, at, problem, fix }] = places as [Found, ...Found[]]
    const more = places.length > 1 ? `, and ${places.length - 1} more ${places.length === 2 ? 'place' : 'places'}` : ''
    return {
      id: `${rule}:${thing}`,
      rule,
      weight,
      where: `${kind} ${name}${at === undefined ? '' : `, ${at}`}${more}`.slice(0, 160),
      problem: harmless(problem),
      fix,
    }
  })
}

/** Quotes come from texts that may be meant to do harm: they are shown in one line, without what is invisible. */
function harmless(text: string): string {
  return withoutSmuggled(text)
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu, ' ')
    .slice(0, 300)
    .toWellFormed()
}
