/** The longest pattern that is kept. */
const LONGEST_PATTERN = 300

/**
 * Whether a pattern of a schema may be compiled and run on texts from outside: it is a valid regular expression with
 * the `u` flag (validators add it) and cannot take quadratic time or worse. The check is conservative: nothing
 * repeated without bound may stand inside a repeated group, a repeated group may hold no alternatives, there are no
 * back references, and an unbounded repetition is the only one in a pattern that is anchored at its start.
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
  repeats: boolean
  alternatives: boolean
}

function scan(pattern: string): { unbounded: number; isNested: boolean; hasTopAlternatives: boolean } {
  const tokens =
    pattern.match(
      /\\(?:[pPu]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\)|\||[*+?]|\{\d+(?:,\d*)?\}|[^]/gu,
    ) ?? []
  const open: Group[] = [{ repeats: false, alternatives: false }]
  let closed: Group | undefined
  let unbounded = 0
  let isNested = false
  for (const token of tokens) {
    const group = open.at(-1)
    if (!group) return { unbounded, isNested: true, hasTopAlternatives: false }
    if (token.startsWith('(')) open.push({ repeats: false, alternatives: false })
    else if (token === '|') group.alternatives = true
    else if (isRepetition(token)) {
      if (isUnbounded(token)) unbounded++
      if (closed && (closed.repeats || closed.alternatives)) isNested = true
      group.repeats = true
    }
    closed = undefined
    if (token === ')') {
      closed = open.pop()
      const outer = open.at(-1)
      if (outer && closed?.repeats) outer.repeats = true
    }
  }
  return { unbounded, isNested, hasTopAlternatives: open[0]?.alternatives ?? false }
}

/** Of up to 10 times; `?` repeats nothing. */
function isRepetition(token: string): boolean {
  return isUnbounded(token) || (/^\{\d/.test(token) && Number(/(\d+)\}$/.exec(token)?.[1] ?? 0) > 10)
}

/** Hundreds of repetitions cost what endless ones do. */
function isUnbounded(token: string): boolean {
  return token === '*' || token === '+' || /^\{\d+,\}$/.test(token) || /^\{\d+,\d{4,}\}$/.test(token)
}
