/** The longest pattern that is kept. */
const LONGEST_PATTERN = 300
/** The length of text that costs are told for. */
const TEXT_LENGTH = 50_000
/** What a pattern may cost on such a text: a few hundred steps for each of its characters, about 50 ms. */
const MOST_STEPS = 300 * TEXT_LENGTH

/**
 * Whether a pattern of a schema may be compiled and run on texts from outside: it is a valid regular expression with
 * the `u` flag (validators add it) and cannot take quadratic time or worse, nor linear time with a factor of more than
 * 300. The check is conservative: a repeated group may hold neither alternatives nor anything of variable length, there
 * are no back references, and all that is repeated is taken to match the same text.
 * Ajv with `^(a+)+$` and 29 characters blocked the event loop for nine seconds; `^a*a{0,999}a{0,999}b` for minutes.
 */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > LONGEST_PATTERN || !isValid(pattern)) return false
  if (/\\[1-9]|\\k</.test(pattern)) return false
  const cost = costOf(pattern)
  if (!cost) return false
  const isAnchored = pattern.startsWith('^') && !cost.hasAlternatives
  return cost.steps * (isAnchored ? 1 : TEXT_LENGTH) <= MOST_STEPS
}

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/** What matching costs from one place of the text, at most. */
interface Cost {
  /** In how many ways it can match: what follows is tried as often. */
  readonly ways: number
  readonly steps: number
  readonly isVariable: boolean
  readonly hasAlternatives: boolean
}

const CHARACTER: Cost = { ways: 1, steps: 1, isVariable: false, hasAlternatives: false }
const TOKENS =
  /\\(?:[pPu]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\)|\||[*+?]|\{\d+(?:,\d*)?\}|[^]/gu

/** Undefined where what varies is repeated, so that the ways multiply without end. */
function costOf(pattern: string): Cost | undefined {
  const open = [new Sequence()]
  for (const token of pattern.match(TOKENS) ?? []) {
    const sequence = open.at(-1)
    if (!sequence) return undefined
    if (token.startsWith('(')) open.push(new Sequence())
    else if (token === ')') {
      open.pop()
      open.at(-1)?.add(sequence.cost())
    } else if (token === '|') sequence.addAlternative()
    else if (!/^(?:[*+?]|\{\d)/.test(token)) sequence.add(CHARACTER)
    else if (!sequence.repeatLast(boundsOf(token))) return undefined
  }
  return open[0]?.cost()
}

/** Parts that follow one another, in one or more alternatives. */
class Sequence {
  #alternatives: Cost[][] = [[]]

  add(part: Cost): void {
    this.#alternatives.at(-1)?.push(part)
  }

  addAlternative(): void {
    this.#alternatives.push([])
  }

  /** False where the last part varies in itself and is repeated. */
  repeatLast({ least, most }: Bounds): boolean {
    const part = this.#alternatives.at(-1)?.pop() ?? CHARACTER
    if (most > 1 && (part.isVariable || part.hasAlternatives)) return false
    const times = Math.min(most, TEXT_LENGTH)
    const ways = most <= 1 ? part.ways + (least === 0 ? 1 : 0) : Math.max(1, times - least + 1)
    this.add({ ...part, ways, steps: part.steps * times, isVariable: part.isVariable || least !== most })
    return true
  }

  cost(): Cost {
    const costs = this.#alternatives.map(inTurn)
    return {
      ways: sum(costs.map(({ ways }) => ways)),
      steps: sum(costs.map(({ steps }) => steps)),
      isVariable: costs.some(({ isVariable }) => isVariable),
      hasAlternatives: costs.length > 1,
    }
  }
}

/** Each part is tried for all ways of those before it. */
function inTurn(parts: readonly Cost[]): Omit<Cost, 'hasAlternatives'> {
  let ways = 1
  let steps = 0
  for (const part of parts) {
    steps += ways * part.steps
    ways *= part.ways
  }
  return { ways, steps, isVariable: parts.some(({ isVariable }) => isVariable) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

interface Bounds {
  readonly least: number
  readonly most: number
}

function boundsOf(quantifier: string): Bounds {
  if (quantifier === '?') return { least: 0, most: 1 }
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? []
  if (least === undefined) return { least: quantifier === '+' ? 1 : 0, most: Infinity }
  if (comma === '') return { least: Number(least), most: Number(least) }
  return { least: Number(least), most: most === '' ? Infinity : Number(most) }
}
