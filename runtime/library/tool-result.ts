/** What a tool answers: the MCP CallToolResult (2026-07-28, server/tools), without the SDK. */
export interface ToolResult {
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: { readonly [key: string]: unknown }
  readonly isError?: boolean
  readonly _meta?: { readonly [key: string]: unknown }
}

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | { readonly type: 'resource'; readonly resource: ResourceContents }
  | { readonly type: 'resource_link'; readonly uri: string; readonly name: string; readonly mimeType?: string }

export type ResourceContents =
  | { readonly uri: string; readonly mimeType?: string; readonly text: string }
  | { readonly uri: string; readonly mimeType?: string; readonly blob: string }

/** A text answer. */
export function textResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }] }
}

/** An answer that tells the model what went wrong, so that it can try again. */
export function errorResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}

/**
 * Turns what a hand-written tool returned into a tool result: MCP content is passed through, text becomes text,
 * an object becomes structured content beside its JSON, nothing becomes an empty answer.
 */
export function toToolResult(value: unknown): ToolResult {
  if (value === undefined || value === null) return { content: [] }
  if (typeof value === 'string') return textResult(value)
  if (typeof value === 'object') {
    if ('content' in value && Array.isArray(value.content)) return value as ToolResult
    const text = JSON.stringify(value)
    if (Array.isArray(value)) return textResult(text)
    return { content: [{ type: 'text', text }], structuredContent: value as Record<string, unknown> }
  }
  return textResult(JSON.stringify(value) ?? '')
}
