import type { RenderedError } from '../errors/render.ts'
import { maskKeys } from '../secrets/key-patterns.ts'
import type { MetaAnswer } from '../tools/meta-tool.ts'

/** A result as MCP, HTTP and the command line show it. */
export interface MetaResult {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly isError?: boolean
}

export function toResult({ text, structured, next, passThrough }: MetaAnswer): MetaResult {
  // A called tool's result is its own: its shape is MCP's already.
  if (passThrough) return passThrough as unknown as MetaResult
  const structuredContent = { ...structured, ...(next && { next }) }
  const hints = (next ?? []).map((each) => `next: ${each.tool} ${JSON.stringify(each.arguments)}`)
  return { content: [{ type: 'text', text: [text, ...hints].join('\n') }], structuredContent }
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
