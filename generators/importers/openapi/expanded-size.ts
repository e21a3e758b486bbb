import { pointerTokens } from '../../../runtime/library/json-pointer.ts'

/**
 * How many values a document holds when every local `$ref` is replaced by what it names. Each part is counted once and
 * added wherever it is used, so this is quick even where the expansion would never end; a part within itself counts as
 * one.
 */
export function expandedSize(document: unknown): number {
  const sizes = new Map<object, number>()
  const sizeOf = (value: unknown, depth: number): number => {
    if (typeof value !== 'object' || value === null) return 1
    const known = sizes.get(value)
    if (known !== undefined) return known
    // Deeper than any person writes: what is still to be counted is too much anyway.
    if (depth > 2_000) return Infinity
    sizes.set(value, 1)
    const ref = '$ref' in value && typeof value.$ref === 'string' ? value.$ref : undefined
    const target = ref?.startsWith('#/') ? at(document, ref.slice(1)) : undefined
    let size = 1
    for (const member of target === undefined ? Object.values(value) : [target]) size += sizeOf(member, depth + 1)
    sizes.set(value, size)
    return size
  }
  return sizeOf(document, 0)
}

function at(document: unknown, pointer: string): unknown {
  let value = document
  for (const token of pointerTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
    // Own members of lists and objects are read by name alike.
    value = (value as Record<string, unknown>)[token]
  }
  return value
}
