import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { ContentBlock } from '../tool-result.ts'
import type { PromptPart } from './server-parts.ts'

/** Fills `{{argument}}` in every message; an optional argument that was not given becomes nothing. */
export function renderPrompt(prompt: PromptPart, given: Readonly<Record<string, string>>) {
  const missing = prompt.arguments.filter(({ name, required }) => required && given[name] === undefined)
  if (missing.length > 0) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `Prompt "${prompt.name}" needs ${missing.map(({ name }) => `"${name}"`).join(', ')}.`,
    )
  }
  const fill = (text: string) => text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => given[name] ?? '')
  const fillAll = (content: ContentBlock) =>
    // Every text of a block may hold placeholders: a resource's URI, its text, a caption.
    JSON.parse(JSON.stringify(content), (_, value: unknown) =>
      typeof value === 'string' ? fill(value) : value,
    ) as ContentBlock
  return {
    description: prompt.description,
    messages: prompt.messages.map((message) => ({
      role: message.role,
      content: 'text' in message ? { type: 'text' as const, text: fill(message.text) } : fillAll(message.content),
    })),
  }
}

/** Values of a prompt's argument that begin with what was typed, at most 100 (MCP, server/utilities/completion). */
export function completeArgument(prompt: PromptPart | undefined, argument: string, typed: string) {
  const values = prompt?.arguments.find(({ name }) => name === argument)?.values ?? []
  const matching = values.filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()))
  return { completion: { values: matching.slice(0, 100), total: matching.length, hasMore: matching.length > 100 } }
}
