import { boundText, nextPageNote } from './answer-notes.ts'
import { encodeBase64 } from './base64.ts'
import type { CallLimits } from './call-context.ts'
import { describeFailure } from './failed-answer.ts'
import { valueAt } from './json-pointer.ts'
import { parseForText } from './lossless-json.ts'
import { essenceOf, isJsonType, isTextType } from './media-type.ts'
import type { Operation } from './operation.ts'
import { decodeText, readBody, type ReadBody } from './read-body.ts'
import { errorResult, textResult, type ContentBlock, type ToolResult } from './tool-result.ts'

/** An answer with what is needed to read it. */
export interface Answer {
  readonly response: Response
  readonly request: Request
  readonly operation: Operation
  readonly limits: CallLimits
  /** Takes credentials out of a text. */
  mask(text: string): string
}

/**
 * Turns an answer into a tool result: JSON as text, and as structured content when it is an object; texts as text;
 * pictures and sound as such; other bytes as a resource. What is no success becomes an error result.
 */
export async function readResponse(answer: Answer): Promise<ToolResult> {
  const { response, operation, limits } = answer
  const body = await readBody(response, limits.answerBytes)
  if (!response.ok) {
    const text = answer.mask(decodeText(body.bytes, contentTypeOf(response)))
    return errorResult(describeFailure(response, text, answer.request, operation))
  }
  const result = body.bytes.length === 0 ? emptyResult(answer) : fullResult(answer, body)
  const note = nextPageNote(response)
  const noted = note
    ? { ...result, content: [...result.content, { type: 'text' as const, text: answer.mask(note) }] }
    : result
  return withOutputSchemaKept(noted, operation)
}

function fullResult(answer: Answer, body: ReadBody): ToolResult {
  const contentType = contentTypeOf(answer.response)
  if (isJsonType(contentType)) return jsonResult(answer, body, contentType)
  if (contentType === '' ? isUtf8Text(body.bytes) : isTextType(contentType))
    return plainResult(answer, body, contentType)
  if (body.isCut) {
    return errorResult(
      `The answer (${contentType}) has more than ${answer.limits.answerBytes} bytes, more than is passed on.`,
    )
  }
  return { content: [bytesBlock(answer, body.bytes, essenceOf(contentType) || 'application/octet-stream')] }
}

function jsonResult(answer: Answer, body: ReadBody, contentType: string): ToolResult {
  const { operation, limits } = answer
  const text = answer.mask(decodeText(body.bytes, contentType))
  let exact: unknown
  let value: unknown
  try {
    exact = parseForText(text)
    value = JSON.parse(text)
  } catch {
    // Cut off, or no JSON in spite of its type: it is still an answer.
    return textResult(boundText(text, limits.answerCharacters, operation, body.isCut))
  }
  const { pick } = operation.call
  if (pick !== undefined) {
    const picked = valueAt(value, pick)
    if (picked === undefined) return nothingPicked(pick, value)
    exact = valueAt(exact, pick)
    value = picked
  }
  const written = typeof value === 'string' ? value : JSON.stringify(exact)
  const result = textResult(boundText(written, limits.answerCharacters, operation))
  // A promised object may be longer than text would be: without it clients refuse the whole answer.
  const longest = limits.answerCharacters * (operation.outputSchema ? 4 : 1)
  return isRecord(value) && written.length <= longest ? { ...result, structuredContent: value } : result
}

function nothingPicked(pick: string, value: unknown): ToolResult {
  const found = isRecord(value) ? `an object with ${Object.keys(value).slice(0, 20).join(', ')}` : typeof value
  return errorResult(`The answer has nothing at "${pick}"; it is ${found}. Correct "pick" of this tool.`)
}

function plainResult(answer: Answer, body: ReadBody, contentType: string): ToolResult {
  const text = answer.mask(decodeText(body.bytes, contentType))
  return textResult(boundText(text, answer.limits.answerCharacters, answer.operation, body.isCut))
}

function emptyResult({ response, request }: Answer): ToolResult {
  const location = response.headers.get('location')
  const { pathname } = new URL(request.url)
  const status = `${response.status}${response.statusText ? ` ${response.statusText}` : ''}`
  return textResult(
    `${request.method} ${pathname} answered ${status}, without a body.${location ? ` Location: ${location}` : ''}`,
  )
}

function bytesBlock({ request }: Answer, bytes: Uint8Array, mimeType: string): ContentBlock {
  const data = encodeBase64(bytes)
  if (mimeType.startsWith('image/')) return { type: 'image', data, mimeType }
  if (mimeType.startsWith('audio/')) return { type: 'audio', data, mimeType }
  const { origin, pathname } = new URL(request.url)
  // Without the query, which may hold a key.
  return { type: 'resource', resource: { uri: `${origin}${pathname}`, mimeType, blob: data } }
}

/** Clients refuse a success without structured content when the tool has an output schema (MCP, server/tools). */
function withOutputSchemaKept(result: ToolResult, operation: Operation): ToolResult {
  if (!operation.outputSchema || result.structuredContent || result.isError) return result
  const note =
    'The call succeeded, but its answer is too long for, or not, the JSON object that the output schema promises:'
  return { content: [{ type: 'text', text: note }, ...result.content], isError: true }
}

function contentTypeOf(response: Response): string {
  return response.headers.get('content-type') ?? ''
}

function isUtf8Text(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(bytes).includes('\0')
  } catch {
    return false
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
