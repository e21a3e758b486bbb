import {
  type GetPromptResult,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { isInputNeeded } from '../input-needed.ts'
import type { ContentBlock } from '../tool-result.ts'
import { callContext } from './call-context.ts'
import type { ServedCall } from './served-call.ts'
import type { PromptPart, PromptPartMessage } from './server-parts.ts'

type Arguments = Readonly<Record<string, string>>

/**
 * Fills `{{argument}}` in every message, or has the prompt's code make them; an optional argument that was not given
 * becomes nothing.
 * @throws ProtocolError -32602 when a required argument is missing; what the code throws
 */
export async function renderPrompt(
  prompt: PromptPart,
  given: Arguments,
  call: ServedCall,
): Promise<GetPromptResult | InputRequiredResult> {
  const missing = prompt.arguments.filter(({ name, required }) => required && given[name] === undefined)
  if (missing.length > 0) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `Prompt "${prompt.name}" needs ${missing.map(({ name }) => `"${name}"`).join(', ')}.`,
    )
  }
  if (prompt.messages !== 'code') return toResult(prompt, fillMessages(prompt.messages, given))
  try {
    const item = { kind: 'prompt', name: prompt.name } as const
    return toResult(prompt, toMessages(await call.host.runCode(item, given, callContext(call), call.client)))
  } catch (error) {
    if (isInputNeeded(error)) return call.ask(error)
    throw error
  }
}

function toResult({ description }: PromptPart, messages: readonly PromptPartMessage[]): GetPromptResult {
  return {
    description,
    messages: messages.map((message) => ({
      role: message.role,
      // The SDK checks the result against the protocol's schema.
      content: ('text' in message ? { type: 'text', text: message.text } : message.content) as never,
    })),
  }
}

function fillMessages(messages: readonly PromptPartMessage[], given: Arguments): readonly PromptPartMessage[] {
  const fill = (text: string) => text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => given[name] ?? '')
  // Every text of a block may hold placeholders: a resource's URI, its text, a caption.
  const fillAll = (content: ContentBlock) =>
    JSON.parse(JSON.stringify(content), (_, value: unknown) =>
      typeof value === 'string' ? fill(value) : value,
    ) as ContentBlock
  return messages.map((message) =>
    'text' in message
      ? { role: message.role, text: fill(message.text) }
      : { role: message.role, content: fillAll(message.content) },
  )
}

/** What a prompt's code may return: a text, one message, or a list of messages. */
function toMessages(value: unknown): readonly PromptPartMessage[] {
  if (typeof value === 'string') return [{ role: 'user', text: value }]
  const messages: unknown[] = Array.isArray(value) ? value : [value]
  if (messages.length > 0 && messages.every(isMessage)) return messages
  throw new Error('The code of a prompt has to return a text, or messages: [{ role: "user", text }].')
}

function isMessage(value: unknown): value is PromptPartMessage {
  if (typeof value !== 'object' || value === null || !('role' in value)) return false
  const hasText = 'text' in value && typeof value.text === 'string'
  const hasContent = 'content' in value && typeof value.content === 'object' && value.content !== null
  return (value.role === 'user' || value.role === 'assistant') && (hasText || hasContent)
}

/** Values of a prompt's argument that begin with what was typed, at most 100 (MCP, server/utilities/completion). */
export function completeArgument(prompt: PromptPart | undefined, argument: string, typed: string) {
  const values = prompt?.arguments.find(({ name }) => name === argument)?.values ?? []
  const matching = values.filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()))
  return { completion: { values: matching.slice(0, 100), total: matching.length, hasMore: matching.length > 100 } }
}
