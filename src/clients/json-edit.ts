import { createScanner, type Node } from 'jsonc-parser'

// jsonc-parser's own `modify` formats the neighbours of what it inserts anew and leaves a comma behind when it takes
// the only property of an object with a trailing one. So its tree tells where things stand, and text is cut here.

/** Adds a property as the first of an object: no other line changes, and taking it away gives the same text again. */
export function insertProperty(text: string, object: Node, key: string, value: unknown): string {
  const open = object.offset + 1
  const children = object.children ?? []
  const first = children[0]
  if (first && !text.slice(open, first.offset).includes('\n')) {
    const space = text[first.offset - 1] === ' ' || text.slice(first.offset).includes('": ') ? ' ' : ''
    return splice(text, first.offset, first.offset, `${JSON.stringify(key)}:${space}${JSON.stringify(value)},${space}`)
  }
  const end = lineEnd(text)
  const outer = indentAt(text, object.offset)
  const inner = first ? indentAt(text, first.offset) : outer + indentUnit(text)
  const property = `${end}${inner}${JSON.stringify(key)}: ${layOut(value, inner, text)}`
  const close = object.offset + object.length - 1
  if (text.slice(open, close).trim() === '') return splice(text, open, close, `${property}${end}${outer}`)
  const at = open + restOfLine(text, open)
  return splice(text, at, at, first ? `${property},` : property)
}

export function replaceValue(text: string, node: Node, value: unknown): string {
  const end = node.offset + node.length
  const isOneLine = !text.slice(node.offset, end).includes('\n') && text.slice(node.offset, end).includes('[')
  const written = isOneLine ? oneLine(value) : layOut(value, indentAt(text, node.offset), text)
  return splice(text, node.offset, end, written)
}

/** @param value  the value of the property; undefined: there is nothing to take away */
export function removeProperty(text: string, value: Node | undefined): string {
  const property = value?.parent
  const object = property?.parent
  if (!property || !object) return text
  const start = property.offset
  const end = property.offset + property.length
  const comma = commaAfter(text, end)
  if (comma !== undefined) return closeUp(text, start, comma + 1, object)
  const before = (object.children ?? []).findLast(({ offset }) => offset < start)
  const earlier = before && commaAfter(text, before.offset + before.length)
  if (earlier === undefined) return closeUp(text, start, end, object)
  const gap = spaceBefore(text, start)
  return text.slice(0, earlier) + text.slice(earlier + 1, gap) + text.slice(end)
}

/** Cuts, with the line that would be left empty; an object with nothing left in it becomes `{}`. */
function closeUp(text: string, start: number, end: number, object: Node): string {
  const open = object.offset + 1
  const close = object.offset + object.length - 1
  if ((text.slice(open, start) + text.slice(end, close)).trim() === '') return splice(text, open, close, '')
  const rest = text.slice(end)
  if (/^[ \t]*\r?\n/.test(rest)) return splice(text, spaceBefore(text, start), end, '')
  return splice(text, start, end + (/^[ \t]*/.exec(rest)?.[0].length ?? 0), '')
}

function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(offset)
  scanner.scan()
  const found = scanner.getTokenOffset()
  return text[found] === ',' ? found : undefined
}

/** Characters up to the end of a line that has nothing but a comment on it. */
function restOfLine(text: string, offset: number): number {
  return /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n)/.exec(text.slice(offset))?.[0].length ?? 0
}

function layOut(value: unknown, indent: string, text: string): string {
  return JSON.stringify(value, null, indentUnit(text)).replaceAll('\n', `${lineEnd(text)}${indent}`)
}

function oneLine(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value)
}

function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? ''
}

/** What the first indented property is indented by; two spaces where there is none. */
function indentUnit(text: string): string {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
}

function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function spaceBefore(text: string, offset: number): number {
  return text.slice(0, offset).trimEnd().length
}

function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end)
}
