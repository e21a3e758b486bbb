import type { FindingKind, Weight } from '../model/finding.ts'
import type { CheckedServer } from './checked-server.ts'

/** A rule as data. It is pure, and takes linear time on texts, which come from anyone. */
export interface Rule {
  /** `X2`: stands in docs/checks.md and never changes its meaning. */
  readonly id: string
  readonly weight: Weight
  find(server: CheckedServer): Iterable<Found>
}

/** What a rule says of one place; several places of one thing become one finding. */
export interface Found {
  readonly kind: FindingKind
  readonly name: string
  /** Within it: `parameter "id"`. Absent: the whole. */
  readonly at?: string
  readonly problem: string
  readonly fix: string
}
