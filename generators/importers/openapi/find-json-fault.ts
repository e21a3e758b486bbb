/** Where a JSON text breaks; lines and columns count from 1. */
export interface JsonFault {
  readonly line: number
  readonly column: number
  /** What stands there. */
  readonly found: string
}

const TOKEN = /\s*([{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y

/** Finds the first fault of a text that JSON.parse refused: its own messages often name no place. RFC 8259 */
export function findJsonFault(text: string): JsonFault {
  const open: string[] = []
  let allowed = VALUE
  TOKEN.lastIndex = 0
  for (;;) {
    const start = TOKEN.lastIndex
    const token = TOKEN.exec(text)?.[1]
    if (token === undefined || !allowed.test(token)) return faultAt(text, start)
    if (token === '{' || token === '[') open.push(token)
    if (token === '}' || token === ']') open.pop()
    const isKey = allowed === KEY || (allowed === KEY_OR_END && token !== '}')
    allowed = isKey ? COLON : allowedAfter(token, open.at(-1))
  }
}

const VALUE = /^["{[\dtfn-]/
const VALUE_OR_END = /^["{[\dtfn\]-]/
const KEY = /^"/
const KEY_OR_END = /^["}]/
const COLON = /^:/
const COMMA_OR_CLOSING_BRACE = /^[,}]/
const COMMA_OR_CLOSING_BRACKET = /^[,\]]/
const NOTHING = /^$/

function allowedAfter(token: string, container: string | undefined): RegExp {
  if (token === '{') return KEY_OR_END
  if (token === '[') return VALUE_OR_END
  if (token === ':') return VALUE
  if (token === ',') return container === '{' ? KEY : VALUE
  if (container === undefined) return NOTHING
  return container === '{' ? COMMA_OR_CLOSING_BRACE : COMMA_OR_CLOSING_BRACKET
}

function faultAt(text: string, start: number): JsonFault {
  const offset = start + (/^\s*/.exec(text.slice(start, start + 10_000))?.[0].length ?? 0)
  const before = text.slice(0, offset)
  const found =
    offset >= text.length ? 'end of the text' : JSON.stringify(text.slice(offset, offset + 20).split('\n')[0])
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n'), found }
}
