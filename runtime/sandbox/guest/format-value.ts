const DEEPEST = 4
const MOST_ENTRIES = 100

/** Text of what was given to the console, much as Node shows it. */
export function formatValues(values: readonly unknown[]): string {
  const [first, ...rest] = values
  if (typeof first !== 'string' || !first.includes('%')) return values.map(formatTop).join(' ')
  const left = [...rest]
  const text = first.replaceAll(/%[sdifjoOc%]/g, (directive) => {
    if (directive === '%%') return '%'
    if (left.length === 0) return directive
    return formatDirective(directive, left.shift())
  })
  return [text, ...left.map(formatTop)].join(' ')
}

function formatDirective(directive: string, value: unknown): string {
  switch (directive) {
    case '%s':
      return formatTop(value)
    case '%d':
      return String(Number(value))
    case '%i':
      return String(Number.parseInt(String(value), 10))
    case '%f':
      return String(Number.parseFloat(String(value)))
    case '%j':
      return JSON.stringify(value)
    case '%c':
      return ''
    default:
      return formatValue(value)
  }
}

function formatTop(value: unknown): string {
  return typeof value === 'string' ? value : formatValue(value)
}

function formatValue(value: unknown, depth = 0, above: readonly unknown[] = []): string {
  switch (typeof value) {
    case 'string':
      return `'${value
        .replaceAll('\\', '\\\\')
        .replaceAll("'", String.raw`\'`)
        .replaceAll('\n', String.raw`\n`)}'`
    case 'bigint':
      return `${value}n`
    case 'function':
      return value.name ? `[Function: ${value.name}]` : '[Function (anonymous)]'
    case 'object':
      return value === null ? 'null' : formatObject(value, depth, above)
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

function formatObject(value: object, depth: number, above: readonly unknown[]): string {
  if (above.includes(value)) return '[Circular *1]'
  if (value instanceof Error) return value.stack ?? String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return String(value)
  const name = value.constructor?.name ?? ''
  if (depth >= DEEPEST) return Array.isArray(value) ? '[Array]' : `[${name || 'Object'}]`
  const inner = (item: unknown): string => formatValue(item, depth + 1, [...above, value])
  if (Array.isArray(value)) return wrap('', '[', limited(value, inner), ']')
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    // Every other view is a typed array.
    const items = value as unknown as ArrayLike<number | bigint>
    return wrap(`${name}(${items.length})`, '[', limited(Array.from(items).slice(0, MOST_ENTRIES + 1), inner), ']')
  }
  if (value instanceof Map) {
    const entries = limited([...value], ([key, item]) => `${inner(key)} => ${inner(item)}`)
    return wrap(`Map(${value.size})`, '{', entries, '}')
  }
  if (value instanceof Set) return wrap(`Set(${value.size})`, '{', limited([...value], inner), '}')
  if (value instanceof Promise) return 'Promise { <pending> }'
  const entries = limited(Object.keys(value), (key) => `${formatKey(key)}: ${formatProperty(value, key, inner)}`)
  return wrap(name === 'Object' ? '' : name || '[Object: null prototype]', '{', entries, '}')
}

/** A getter is code of others: it is not run. */
function formatProperty(value: object, key: string, inner: (item: unknown) => string): string {
  const property = Object.getOwnPropertyDescriptor(value, key)
  return property?.get ? '[Getter]' : inner(property?.value)
}

function formatKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`
}

function limited<Item>(items: readonly Item[], format: (item: Item) => string): string[] {
  const shown = items.slice(0, MOST_ENTRIES).map(format)
  return items.length > MOST_ENTRIES ? [...shown, `... ${items.length - MOST_ENTRIES} more items`] : shown
}

const WIDEST = 72

function wrap(name: string, open: string, entries: readonly string[], close: string): string {
  const start = name === '' ? open : `${name} ${open}`
  if (entries.length === 0) return start + close
  const line = entries.join(', ')
  if (line.length <= WIDEST && !line.includes('\n')) return `${start} ${line} ${close}`
  return `${start}\n  ${entries.join(',\n').replaceAll('\n', '\n  ')}\n${close}`
}
