/** `gate` stops a deploy until it is acknowledged; a `warning` is told there; `advice` makes a good server better. */
export type Weight = 'gate' | 'warning' | 'advice'

/** What a finding is about. A `server` finding is about how its parts go together. */
export type FindingKind = 'server' | 'tool' | 'resource' | 'prompt' | 'connection' | 'test' | 'file'

/** One thing that a rule found. */
export interface Finding {
  /** `X2:tool/get_pet`: the rule, the kind and the name. It is the same in every check. */
  readonly id: string
  /** A rule of docs/checks.md. */
  readonly rule: string
  readonly weight: Weight
  /** In words: `tool get_pet, parameter "id"`. */
  readonly where: string
  /** What was found, what it quotes cut short and made harmless. */
  readonly problem: string
  /** The next step, with the meta tool that does it. */
  readonly fix: string
}

export const GRADES = ['A', 'B', 'C', 'D', 'F'] as const
export type Grade = (typeof GRADES)[number]

export interface ServerReport {
  readonly grade: Grade
  /** 0 to 100. */
  readonly score: number
  /** The worst first. */
  readonly findings: readonly Finding[]
}

const ORDER: readonly Weight[] = ['gate', 'warning', 'advice']

/** The first few by weight, as an answer about something else tells them. */
export function worstFindings(
  findings: readonly Finding[],
  most: number,
): readonly Pick<Finding, 'id' | 'problem' | 'fix'>[] {
  const ordered = findings.toSorted((left, right) => ORDER.indexOf(left.weight) - ORDER.indexOf(right.weight))
  return ordered.slice(0, most).map(({ id, problem, fix }) => ({ id, problem, fix }))
}

/** How many findings each rule has. */
export function countByRule(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const byRule = Map.groupBy(findings, ({ rule }) => rule)
  return Object.fromEntries(Array.from(byRule, ([rule, { length }]) => [rule, length]))
}

/** Those about the tools of these names. */
export function findingsOfTools(
  findings: readonly Finding[],
  tools: readonly { readonly name: string }[],
): readonly Finding[] {
  const things = new Set(tools.map(({ name }) => `tool/${name}`))
  return findings.filter(({ id }) => things.has(id.slice(id.indexOf(':') + 1)))
}
