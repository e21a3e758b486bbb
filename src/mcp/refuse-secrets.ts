import { MetaError } from '../errors/meta-error.ts'
import type { TenantId } from '../model/ids.ts'
import { findKey } from '../secrets/key-patterns.ts'
import type { Redactor } from '../secrets/redactor.ts'

/** Whole documents of other people, which hold examples of keys: they are looked through for real values only. */
const DOCUMENTS = new Set(['content', 'overlay'])

/**
 * Refuses arguments that hold a key: what a model has written stands in the chat, and would stand in code and logs.
 * @throws MetaError SECRET_IN_ARGUMENT, naming the place and never the value
 */
export function refuseKeys(input: unknown): void {
  for (const { place, text } of textsOf(input)) {
    const kind = DOCUMENTS.has(place) ? undefined : findKey(text)
    if (kind !== undefined) throw secretInArgument(place, `what looks like a key (${kind})`)
  }
}

/** The same for values that were entered as secrets. */
export function refuseValues(input: unknown, redactor: Redactor, tenantId: TenantId): void {
  for (const { place, text } of textsOf(input)) {
    const name = redactor.findValue(text, tenantId)
    if (name !== undefined) throw secretInArgument(place, `the value of the secret ${name}`)
  }
}

/** Every text in the arguments, names of properties too; its place is the argument it stands in. */
function* textsOf(value: unknown, place = ''): Generator<{ readonly place: string; readonly text: string }> {
  if (typeof value === 'string') yield { place, text: value }
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield { place, text: key }
    yield* textsOf(inner, place === '' ? key : place)
  }
}

function secretInArgument(place: string, what: string): MetaError {
  return new MetaError(
    'SECRET_IN_ARGUMENT',
    `The argument "${place.slice(0, 50)}" holds ${what}. Nothing was done with it.`,
    'Name a secret instead, and let the person enter it: request_secrets. A key that stood in a chat should be renewed.',
  )
}
