/** The tokens of a JSON pointer (RFC 6901): `/paths/~1users` gives `paths` and `/users`. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function pointerOf(tokens: Iterable<string | number>): string {
  let pointer = ''
  for (const token of tokens) pointer += `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointer
}

/** The value that a JSON pointer names; undefined when there is none. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root
  for (const token of pointerTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
    // Own properties of arrays and objects are read by name alike.
    value = (value as Record<string, unknown>)[token]
  }
  return value
}
