/** `gate` stops a deploy until it is acknowledged; a `warning` is told there; `advice` makes a good server better. */
export type Weight = 'gate' | 'warning' | 'advice'

/** What a finding is about. A `server` finding is about how its parts go together. */
export type FindingKind = 'server' | 'tool' | 'resource' | 'prompt' | 'connection' | 'test'

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
