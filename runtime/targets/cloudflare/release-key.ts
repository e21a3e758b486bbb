import { createHmac } from 'node:crypto'
import type { WranglerConfig } from './compose-config.ts'

/** All that makes a version what it is. */
export interface Release {
  /** Of the build. */
  readonly digest: string
  readonly config: WranglerConfig
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * The same for the same code, configuration and secrets: what is published already is not uploaded again, and a
 * rollback finds its version. Keyed, so that nobody tries out secrets on what is stored.
 */
export function releaseKey({ digest, config, secrets }: Release, ownKey: string): string {
  const parts = JSON.stringify([digest, sorted(config), sorted(secrets)])
  return createHmac('sha256', ownKey).update(parts).digest('hex').slice(0, 32)
}

/** Keys of all records in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return entries.map(([name, each]) => [name, sorted(each)])
}
