import type { Db } from './db.ts'

/** What was read since the last write. What was read before serves nobody, and may be large. */
interface SharedReads {
  /** The database's count of writes. */
  readonly writes: number
  readonly values: Map<string, Promise<unknown>>
}

const readsOf = new WeakMap<Db, SharedReads>()
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
  const { values } = currentReads(db, writes)
  const known = values.get(key)
  // Its key fixes the type of what it gives.
  if (known) return known as Promise<Result>
  const value = load()
  values.set(key, value)
  value.catch(() => {
    if (values.get(key) === value) values.delete(key)
  })
  const [oldest] = values.keys()
  if (values.size > KEPT && oldest !== undefined) values.delete(oldest)
  return value
}

function currentReads(db: Db, writes: number): SharedReads {
  const known = readsOf.get(db)
  if (known?.writes === writes) return known
  const reads = { writes, values: new Map<string, Promise<unknown>>() }
  readsOf.set(db, reads)
  return reads
}
