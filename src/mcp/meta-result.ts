import type { RenderedError } from '../errors/render.ts'
import { maskKeys } from '../secrets/key-patterns.ts'
import type { MetaAnswer } from '../tools/meta-tool.ts'

/** A result as MCP, HTTP and the command line show it. */
export interface MetaResult {
  readonly content: readonly TextBlock[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly isError?: boolean
}

interface TextBlock {
  readonly type: 'text'
  readonly text: string
  /** Absent: for everybody. */
  readonly annotations?: { readonly audience: readonly 'assistant'[] }
}

/**
 * The short text with what comes next, and the data. Many clients give their models texts alone, so what the short
 * text does not say stands in a second one (MCP 2026-07-28, server/tools, Structured Content).
 */
export function toResult(answer: MetaAnswer): MetaResult {
  const { text, structured, next, passThrough } = answer
  // A called tool's result is its own: its shape is MCP's already.
  if (passThrough) return passThrough as unknown as MetaResult
  const structuredContent = { ...structured, ...(next && { next }) }
  const hints = (next ?? []).map((each) => `next: ${each.tool} ${JSON.stringify(each.arguments)}`)
  return { content: [{ type: 'text', text: [text, ...hints].join('\n') }, ...untold(answer)], structuredContent }
}

function untold({ text, structured, told = [] }: MetaAnswer): readonly TextBlock[] {
  const left = Object.entries(structured).filter(([name, value]) => !told.includes(name) && !isSaid(value, text))
  if (left.length === 0) return []
  return [{ type: 'text', text: JSON.stringify(Object.fromEntries(left)), annotations: { audience: ['assistant'] } }]
}

/** Names, addresses and numbers that stand in the text, and what holds nothing. */
function isSaid(value: unknown, text: string): boolean {
  if (typeof value === 'string' || typeof value === 'number') return hasWord(text, String(value))
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

/** Whether it stands there by itself: 4 does not stand in "14 ms". */
function hasWord(text: string, word: string): boolean {
  if (word === '') return true
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + word.length))) return true
  }
  return false
}

export function errorToResult(rendered: RenderedError): MetaResult {
  const error = withoutKeys(rendered)
  const next = error.next ? `\nnext: ${error.next.tool} ${JSON.stringify(error.next.arguments)}` : ''
  const text = `${error.code}: ${error.message}\n${error.fix}${next}`
  return { content: [{ type: 'text', text }], structuredContent: { error }, isError: true }
}

/** What failed may quote what it was given. */
function withoutKeys({ message, fix, ...rest }: RenderedError): RenderedError {
  return { ...rest, message: maskKeys(message), fix: maskKeys(fix) }
}
