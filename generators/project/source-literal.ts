/** A value as source text that a colleague would write: bare keys, single quotes, one member a line. */
export function printLiteral(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value))
    return printList(
      '[',
      value.map((item) => printLiteral(item, `${indent}  `)),
      ']',
      indent,
    )
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${propertyKey(key)}: ${printLiteral(member, `${indent}  `)}`)
    return printList('{', members, '}', indent)
  }
  return JSON.stringify(value) ?? 'null'
}

/** A string literal that is safe in any source text: all comes from JSON.stringify, only the quotes are changed. */
export function quote(text: string): string {
  const inner = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)
  return `'${inner.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`)}'`
}

/** A property key: bare where it may be. `__proto__` would set the prototype unless it is computed. */
export function propertyKey(name: string): string {
  if (name === '__proto__') return `['__proto__']`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
}

const SHORT = 60

function printList(open: string, members: readonly string[], close: string, indent: string): string {
  if (members.length === 0) return `${open}${close}`
  const space = open === '{' ? ' ' : ''
  const short = `${open}${space}${members.join(', ')}${space}${close}`
  if (short.length <= SHORT && !short.includes('\n')) return short
  return `${open}\n${members.map((member) => `${indent}  ${member},\n`).join('')}${indent}${close}`
}
