/** The longest pattern that is kept. */
const LONGEST_PATTERN = 300

/**
 * Whether a pattern of a schema may be compiled and run on texts from outside: it is a valid regular expression with
 * the `u` flag (validators add it) and cannot take quadratic time or worse. The check is conservative: a repeated
 * group may hold neither alternatives nor anything of variable length, there are no back references, and an unbounded repetition is the only one in a pattern that is anchored at its start.
 * Ajv with `^(a+)+$` and 29 characters blocked the event loop for nine seconds.
 */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > LONGEST_PATTERN || !isValid(pattern)) return false
  if (/\\[1-9]|\\k</.test(pattern)) return false
  const found = scan(pattern)
  if (found.isNested) return false
  return found.unbounded === 0 || (found.unbounded === 1 && pattern.startsWith('^') && !found.hasTopAlternatives)
}

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

interface Group {
  isVariable: boolean
  hasAlternatives: boolean
}

function scan(pattern: string): { unbounded: number; isNested: boolean; hasTopAlternatives: boolean } {
  const tokens =
    pattern.match(
      /\\(?:[pPu]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\)|\||[*+?]|\{\d+(?:,\d*)?\}|[^]/gu,
    ) ?? []
  const open: Group[] = [{ isVariable: false, hasAlternatives: false }]
  let closed: Group | undefined
  let unbounded = 0
  let isNested = false
  for (const token of tokens) {
    const group = open.at(-1)
    if (!group) return { unbounded, isNested: true, hasTopAlternatives: false }
    if (token.startsWith('(')) open.push({ isVariable: false, hasAlternatives: false })
    else if (token === '|') group.hasAlternatives = true
    else if (/^([*+?]|\{\d)/.test(token)) {
      const { least, most } = boundsOf(token)
      if (most >= ENDLESS) unbounded++
      if (most > 1 && closed && (closed.isVariable || closed.hasAlternatives)) isNested = true
      if (least !== most) group.isVariable = true
    }
    closed = undefined
    if (token === ')') {
      closed = open.pop()
      const outer = open.at(-1)
      if (outer && closed?.isVariable) outer.isVariable = true
    }
  }
  return { unbounded, isNested, hasTopAlternatives: open[0]?.hasAlternatives ?? false }
}

/** Hundreds of repetitions cost what endless ones do. */
const ENDLESS = 1_000

function boundsOf(quantifier: string): { least: number; most: number } {
  if (quantifier === '?') return { least: 0, most: 1 }
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? []
  if (least === undefined) return { least: quantifier === '+' ? 1 : 0, most: Infinity }
  if (comma === '') return { least: Number(least), most: Number(least) }
  return { least: Number(least), most: most === '' ? Infinity : Number(most) }
}
