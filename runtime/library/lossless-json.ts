/** JSON.parse source text access and JSON.rawJSON (ES2026): in V8 from 11.4 on, not yet in TypeScript's libraries. */
interface JsonWithSource {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON?(text: string): unknown
}

/**
 * Parses JSON so that JSON.stringify gives every number back as it was written: integers beyond 2^53 (ids, mostly)
 * would lose digits otherwise. Such numbers are opaque objects in the result; use it for text only.
 */
export function parseForText(text: string): unknown {
  // The wider signature is what the engines implement.
  const json = JSON as unknown as JsonWithSource
  if (json.rawJSON === undefined || !/\d{16}/.test(text)) return JSON.parse(text)
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? json.rawJSON?.(source)
      : value,
  )
}
