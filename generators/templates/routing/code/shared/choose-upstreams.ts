import { type Health, isSick } from './health.ts'
import type { Upstream } from './upstreams.ts'

/** `first_healthy`: in the order of the list. `weighted`: by chance, as often as their weights say. */
export type Rule = 'first_healthy' | 'weighted'

export interface Choice {
  readonly path: string
  readonly rule: Rule
  readonly health: ReadonlyMap<string, Health>
  /** Milliseconds since 1970. */
  readonly now: number
  /** From 0 to below 1. */
  readonly random: () => number
}

/**
 * The upstreams for a path, in the order in which they are to be tried: those that were found sick lately come last,
 * since a sick answer is better than none.
 * @throws Error when no upstream has the path
 */
export function chooseUpstreams(
  upstreams: readonly Upstream[],
  { path, rule, health, now, random }: Choice,
): readonly Upstream[] {
  const longest = Math.max(...upstreams.map((upstream) => matchLength(upstream, path)))
  if (longest <= 0) throw new Error(`No upstream has the path "${path}". list_upstreams shows their paths.`)
  const candidates = upstreams.filter((upstream) => matchLength(upstream, path) === longest)
  const ordered = rule === 'weighted' ? shuffle(candidates, random) : candidates
  const sick = (upstream: Upstream): boolean => isSick(health.get(upstream.name), now)
  return [...ordered.filter((upstream) => !sick(upstream)), ...ordered.filter(sick)]
}

/** "/books" has "/books" and "/books/7", not "/bookshops". */
function matchLength({ paths }: Upstream, path: string): number {
  const fitting = paths.filter(
    (prefix) => prefix === '/' || path === prefix || path.startsWith(`${prefix.replace(/\/$/, '')}/`),
  )
  return Math.max(0, ...fitting.map((prefix) => prefix.length))
}

/** Draws one after another, each as likely as its weight among those that are left. */
function shuffle(upstreams: readonly Upstream[], random: () => number): readonly Upstream[] {
  const left = [...upstreams]
  const drawn: Upstream[] = []
  while (left.length > 0) {
    let at = random() * left.reduce((sum, { weight }) => sum + weight, 0)
    const index = left.findIndex(({ weight }) => (at -= weight) < 0)
    drawn.push(...left.splice(Math.max(0, index), 1))
  }
  return drawn
}
