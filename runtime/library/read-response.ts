import { boundText, requestIdOf, retryNote } from './answer-notes.ts'
import { encodeBase64 } from './base64.ts'
import type { CallLimits } from './call-context.ts'
import { describeFailure } from './failed-answer.ts'
import { valueAt } from './json-pointer.ts'
import { parseForText } from './lossless-json.ts'
import { essenceOf, isJsonType, isTextType } from './media-type.ts'
import { nextPageNote } from './next-page.ts'
import type { Operation } from './operation.ts'
import { codecOf, type Protocol, type Protocols } from './protocol.ts'
import { decodeText, type ReadBody } from './read-body.ts'
import { fieldPaths, selectFields } from './select-fields.ts'
import { errorResult, textResult, type ContentBlock, type ToolResult } from './tool-result.ts'

/** An answer with what is needed to read it. */
export interface Answer {
  readonly response: Response
  readonly body: ReadBody
  readonly request: Request
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
  readonly limits: CallLimits
  /** Milliseconds since 1970, UTC. */
  readonly nowMs: number
  readonly protocols?: Protocols | undefined
  /** Takes credentials out of a text. */
  mask(text: string): string
}

/**
 * Turns an answer into a tool result: JSON as text, and as structured content when it is an object; texts as text;
 * pictures and sound as such; other bytes as a resource. What is no success becomes an error result.
 */
export function readResponse(answer: Answer): ToolResult {
  const { response, body, operation } = answer
  const message = operation.call.protocol && messageResult(answer, operation.call.protocol)
  if (message) return withOutputSchemaKept(message, operation)
  if (!response.ok) {
    return errorResult(describeFailure(answer, answer.mask(decodeText(body.bytes, contentTypeOf(response)))))
  }
  const result = body.bytes.length === 0 ? withNotes(emptyResult(answer), answer, undefined) : fullResult(answer)
  return withOutputSchemaKept(result, operation)
}

/** Undefined when the answer is no message of the protocol, as a proxy's may be. */
function messageResult(answer: Answer, protocol: Protocol): ToolResult | undefined {
  const { response, body, operation, limits, mask, nowMs, protocols } = answer
  const { status, headers } = response
  const read = codecOf(protocol, protocols).read(protocol, { ...body, status, headers, mask })
  if (!read) return undefined
  if ('value' in read) return boundedResult({ exact: read.value, value: read.value }, operation, limits)
  const lines = [`${operation.name} failed: ${read.problem}`, retryNote(response, nowMs), requestIdNote(response)]
  return errorResult(lines.filter((line) => line !== undefined).join('\n'))
}

function requestIdNote(response: Response): string | undefined {
  const id = requestIdOf(response)
  return id && `Request id: ${id}`
}

function fullResult(answer: Answer): ToolResult {
  const { body } = answer
  const contentType = contentTypeOf(answer.response)
  if (isJsonType(contentType)) return jsonResult(answer, contentType)
  if (contentType === '' ? isUtf8Text(body.bytes) : isTextType(contentType))
    return withNotes(plainResult(answer, contentType), answer, undefined)
  if (body.isCut) {
    return errorResult(
      `The answer (${contentType}) has more than ${answer.limits.answerBytes} bytes, more than is passed on.`,
    )
  }
  return { content: [bytesBlock(answer, body.bytes, essenceOf(contentType) || 'application/octet-stream')] }
}

function jsonResult(answer: Answer, contentType: string): ToolResult {
  const { pick } = answer.operation.call
  const text = answer.mask(decodeText(answer.body.bytes, contentType))
  let read: JsonAnswer
  try {
    read = { exact: parseForText(text), value: JSON.parse(text) }
  } catch {
    // Cut off, or no JSON in spite of its type: it is still an answer.
    return withNotes(plainResult(answer, contentType), answer, undefined)
  }
  const whole = read.value
  const errors = answer.operation.call.errors === undefined ? undefined : valueAt(whole, answer.operation.call.errors)
  if (Array.isArray(errors) && errors.length > 0) return failedInPart(answer, read, errors)
  if (pick !== undefined) {
    const picked = valueAt(read.value, pick)
    if (picked === undefined) return nothingPicked(pick, read.value)
    read = { exact: valueAt(read.exact, pick), value: picked }
  }
  return withNotes(writtenResult(answer, read), answer, whole)
}

/** A JSON value twice: `exact` is for text only and keeps every digit (lossless-json.ts). */
interface JsonAnswer {
  readonly exact: unknown
  readonly value: unknown
}

function writtenResult(answer: Answer, read: JsonAnswer): ToolResult {
  const { operation, limits, input } = answer
  const { fields: argument } = operation.call
  const fields = argument === undefined ? undefined : input[argument]
  if (typeof fields !== 'string' || fields.trim() === '') return boundedResult(read, operation, limits)
  const { value, unknown } = selectFields(read.value, fields)
  const kept = { exact: selectFields(read.exact, fields).value, value }
  if (unknown.length === 0) return boundedResult(kept, operation, limits)
  const note = `Not in the answer: ${unknown.join(', ')}. It has: ${fieldPaths(read.value).join(', ')}.`
  return noted(boundedResult(kept, operation, limits), note)
}

function boundedResult({ exact, value }: JsonAnswer, operation: Operation, limits: CallLimits): ToolResult {
  const text = typeof value === 'string' ? value : JSON.stringify(exact)
  const isLong = text.length > limits.answerCharacters
  const fields = isLong && operation.call.fields !== undefined ? fieldPaths(value) : []
  const result = textResult(boundText({ text, fields }, limits.answerCharacters, operation))
  // A promised object may be longer than text would be: without it clients refuse the whole answer.
  const longest = limits.answerCharacters * (operation.outputSchema ? 4 : 1)
  return isRecord(value) && text.length <= longest ? { ...result, structuredContent: value } : result
}

/** @param value  the JSON of the answer, if it is any */
function withNotes(result: ToolResult, answer: Answer, value: unknown): ToolResult {
  const note = nextPageNote({ ...answer, value })
  return note ? noted(result, answer.mask(note)) : result
}

function noted(result: ToolResult, note: string): ToolResult {
  return { ...result, content: [...result.content, { type: 'text', text: note }] }
}

/** GraphQL specification, section 7.1.5: what could be answered stands beside the errors. */
function failedInPart({ operation, limits }: Answer, read: JsonAnswer, errors: readonly unknown[]): ToolResult {
  const messages = errors.slice(0, 5).map((error) => {
    const { message, path }: { message?: unknown; path?: unknown } = { ...Object(error) }
    return `${typeof message === 'string' ? message : JSON.stringify(error)}${Array.isArray(path) ? ` (at ${path.join('.')})` : ''}`
  })
  const { exact } = boundedPart(read, operation)
  const rest = exact === undefined || exact === null ? '' : `\nWhat was answered all the same: ${JSON.stringify(exact)}`
  return errorResult(`${operation.name} failed: ${messages.join('; ')}${rest}`.slice(0, limits.answerCharacters))
}

function boundedPart(read: JsonAnswer, { call: { pick } }: Operation): JsonAnswer {
  return pick === undefined ? read : { exact: valueAt(read.exact, pick), value: valueAt(read.value, pick) }
}

function nothingPicked(pick: string, value: unknown): ToolResult {
  const found = isRecord(value) ? `an object with ${Object.keys(value).slice(0, 20).join(', ')}` : typeof value
  return errorResult(`The answer has nothing at "${pick}"; it is ${found}. Correct "pick" of this tool.`)
}

function plainResult({ body, operation, limits, mask }: Answer, contentType: string): ToolResult {
  const text = mask(decodeText(body.bytes, contentType))
  return textResult(boundText({ text, isCut: body.isCut }, limits.answerCharacters, operation))
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
