import { MetaError } from '../../../src/errors/meta-error.ts'

/** Larger descriptions take more memory and time than a reader may: measured, not guessed (bombs.test.ts). */
const JSON_BUDGET = { values: 1_500_000, depth: 10_000 }
/** A value of YAML costs some 500 bytes of memory while it is read. */
const YAML_VALUES = 400_000

/**
 * Refuses a JSON text that would take too much memory once it is parsed: one look at its characters, without parsing.
 * @throws MetaError DESCRIPTION_TOO_LARGE
 */
export function refuseCostlyJson(text: string): void {
  let depth = 0
  let values = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (code === COMMA) values++
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      values++
      if (++depth > JSON_BUDGET.depth) throw descriptionTooLarge(`is nested deeper than ${JSON_BUDGET.depth} levels`)
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
    if (values > JSON_BUDGET.values) throw descriptionTooLarge(`holds more than ${JSON_BUDGET.values} values`)
  }
}

/** The same for YAML, where lines, the dashes of items, and commas tell about how many values there are. */
export function refuseCostlyYaml(text: string): void {
  let values = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === LINE_BREAK || code === COMMA || code === OPEN_BRACE || code === OPEN_BRACKET) values++
    else if (code === DASH && isBlank(text.charCodeAt(index - 1)) && isBlank(text.charCodeAt(index + 1))) values++
    if (values <= YAML_VALUES) continue
    throw descriptionTooLarge(`holds more than ${YAML_VALUES} lines and items, the most that are read as YAML`)
  }
}

const [QUOTE, BACKSLASH, COMMA, LINE_BREAK, DASH, SPACE] = [34, 92, 44, 10, 45, 32]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93]

function isBlank(code: number): boolean {
  return code === SPACE || code === LINE_BREAK
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}

/** @param detail  what the description is or has, as the end of a sentence */
export function descriptionTooLarge(detail: string): MetaError {
  return new MetaError(
    'DESCRIPTION_TOO_LARGE',
    `The description ${detail}.`,
    'Import a part of it, and as JSON when it is YAML.',
  )
}
