/** A JSON object of which nothing is known yet. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** The value as an object; undefined when it is anything else. */
export function asRecord(value: unknown): JsonRecord | undefined {
  // Arrays are left out: in a description they never stand where an object may.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A text, or a number as one: YAML reads `version: 3.0` as a number. */
export function asWord(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : asText(value)
}

/** An own property: names from a description may be `constructor` or `__proto__`. */
export function property(record: JsonRecord | undefined, name: string): unknown {
  return record && Object.hasOwn(record, name) ? record[name] : undefined
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the text "${value.slice(0, 40)}"`
  return value === undefined ? 'nothing' : `the ${typeof value} ${JSON.stringify(value)}`
}
