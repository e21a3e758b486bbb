import type { Db } from './db.ts'

interface SharedRead {
  /** The database's count of writes when it was asked for. */
  readonly writes: number
  readonly value: Promise<unknown>
}

const readsOf = new WeakMap<Db, Map<string, SharedRead>>()
const KEPT = 500

/**
 * Reads something once as long as nothing is written, and gives it to all who ask meanwhile: they see what was written
 * before they asked, as if each had read. Where others write too (PostgreSQL), everyone reads.
 * @param key  names the tenant and all that `load` depends on
 * @param load  only reads; what it gives is not changed by anyone
 */
export function shareRead<Result>(db: Db, key: string, load: () => Promise<Result>): Promise<Result> {
  const writes = db.writes?.()
  if (writes === undefined) return load()
  const reads = readsOf.get(db) ?? new Map<string, SharedRead>()
  readsOf.set(db, reads)
  const known = reads.get(key)
  // Its key fixes the type of what it gives.
  if (known?.writes === writes) return known.value as Promise<Result>
  const value = load()
  reads.delete(key)
  reads.set(key, { writes, value })
  value.catch(() => {
    if (reads.get(key)?.value === value) reads.delete(key)
  })
  const [oldest] = reads.keys()
  if (reads.size > KEPT && oldest !== undefined) reads.delete(oldest)
  return value
}
