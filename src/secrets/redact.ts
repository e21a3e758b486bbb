/** A secret whose value must not be seen. */
export interface NamedValue {
  readonly name: string
  readonly value: string
}

/** Shorter values would take out ordinary words. */
const SHORTEST_VALUE = 6
/** Of a piece of Base64: a shorter one stands in ordinary text. */
const SHORTEST_PIECE = 8

/**
 * Puts `[NAME]` in the place of a secret in every form that an echo is likely to have: plain, as in JSON, URL-encoded
 * (RFC 3986, and as in forms), in Base64 and base64url, also as a part of something longer that was encoded.
 */
export function redactText(text: string, secrets: Iterable<NamedValue>): string {
  let redacted = text
  for (const { name, value } of secrets) {
    for (const form of formsOf(value)) {
      if (redacted.includes(form)) redacted = redacted.replaceAll(form, () => `[${name}]`)
    }
  }
  return redacted
}

/** The same in bytes that need be no text. */
export function redactBytes(bytes: Uint8Array, secrets: Iterable<NamedValue>): Uint8Array {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // latin1 keeps every byte as it is, and finds the forms when they are written so too.
  const text = given.toString('latin1')
  const asBytes = Array.from(secrets, ({ name, value }) => ({ name, value: Buffer.from(value).toString('latin1') }))
  const redacted = redactText(redactText(text, secrets), asBytes)
  return redacted === text ? bytes : Buffer.from(redacted, 'latin1')
}

const forms = new Map<string, readonly string[]>()
const MOST_KEPT = 2_000

/** Longest first, so that a whole form goes before a piece of it. */
function formsOf(value: string): readonly string[] {
  if (value.length < SHORTEST_VALUE) return []
  const kept = forms.get(value)
  if (kept) return kept
  const made = [value, ...passwordOf(value)].flatMap(makeForms).toSorted((one, other) => other.length - one.length)
  if (forms.size >= MOST_KEPT) forms.clear()
  forms.set(value, made)
  return made
}

function makeForms(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed())
  const base64 = Buffer.from(value).toString('base64')
  const pieces = [0, 1, 2].map((offset) => base64Piece(value, offset)).filter((piece) => piece.length >= SHORTEST_PIECE)
  const asBase64 = [base64, ...pieces]
  const all = new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encoded,
    encoded.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    new URLSearchParams([['', value]]).toString().slice(1),
    ...asBase64,
    ...asBase64.map(toBase64Url),
  ])
  return [...all]
}

/** Of `user:password` and `client:secret` (RFC 7617, section 2), the part that may be echoed alone. */
function passwordOf(value: string): readonly string[] {
  const password = /^[^\s:/]+:(?!\/\/)(\S+)$/.exec(value)?.[1] ?? ''
  return password.length < SHORTEST_VALUE ? [] : [password]
}

/** What of a value's Base64 stays the same wherever it begins in what was encoded: RFC 4648, section 4. */
function base64Piece(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3))
  return whole.toString('base64').slice(offset === 0 ? 0 : 4)
}

/** RFC 4648, section 5. */
function toBase64Url(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
