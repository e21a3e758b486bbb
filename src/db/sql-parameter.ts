import type { SqlValue } from './db.ts'

/** Gives both drivers the same view of a parameter: plain objects are json; arrays are arrays of text. */
export function toParameter(value: SqlValue): SqlValue {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Uint8Array || Array.isArray(value)) return value
  return JSON.stringify(value)
}
