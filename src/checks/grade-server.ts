import type { Finding, Grade, ServerReport, Weight } from '../model/finding.ts'

const POINTS: Readonly<Record<Weight, number>> = { gate: 40, warning: 12, advice: 3 }
/** One bad tool is bad; it cannot be worse than that. */
const MOST_POINTS = 60

const LEAST: readonly (readonly [Grade, number])[] = [
  ['A', 90],
  ['B', 80],
  ['C', 65],
  ['D', 50],
  ['F', 0],
]
/** Below a C while a gate is shut, below an A while a text speaks to the model or hides something. */
const CAP_OF_GATES = 64
const CAP_OF_SUSPICION = 89

/**
 * The score is 100, less the mean of what the findings on each tool, resource and prompt cost, less what those on the
 * server as a whole cost: size alone makes no server worse.
 * @param items  how many tools, resources and prompts there are
 */
export function gradeServer(findings: readonly Finding[], items: number): ServerReport {
  const ordered = findings.toSorted(
    (left, right) => POINTS[right.weight] - POINTS[left.weight] || rank(left) - rank(right),
  )
  const byThing = Map.groupBy(findings, ({ id }) => id.slice(id.indexOf(':') + 1))
  let ofServer = 0
  let ofItems = 0
  for (const [thing, its] of byThing) {
    const points = its.reduce((sum, { weight }) => sum + POINTS[weight], 0)
    if (/^(?:tool|resource|prompt)\//.test(thing)) ofItems += Math.min(points, MOST_POINTS)
    else ofServer += points
  }
  const cap = findings.some(({ weight }) => weight === 'gate')
    ? CAP_OF_GATES
    : findings.some(({ rule }) => rule === 'X1' || rule === 'X2')
      ? CAP_OF_SUSPICION
      : 100
  const score = Math.max(0, Math.min(cap, Math.round(100 - ofItems / Math.max(1, items) - ofServer)))
  const [grade] = LEAST.find(([, least]) => score >= least) ?? ['F']
  return { grade, score, findings: ordered }
}

/** Of one weight, what is about security first. */
function rank({ rule }: Finding): number {
  return 'TXBSDTNE'.indexOf(rule.startsWith('TF') ? 'T' : (rule[0] ?? ''))
}
