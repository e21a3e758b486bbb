import { boundText, requestIdOf, retryNote } from './answer-notes.ts'
import type { Operation } from './operation.ts'

/** The longest part of an upstream's error that is handed on. */
const ERROR_CHARACTERS = 4_000

interface FailedAnswer {
  readonly response: Response
  readonly request: Request
  readonly operation: Operation
  /** Milliseconds since 1970, UTC. */
  readonly nowMs: number
}

/**
 * What the model is told about an answer that is no success: status, method and path, the useful part of the body,
 * and what to do next. Problem details: RFC 9457.
 */
export function describeFailure({ response, request, operation, nowMs }: FailedAnswer, text: string): string {
  const { status, statusText } = response
  const path = new URL(request.url).pathname
  const summary = summaryOf(text)
  const lines = [
    `${request.method} ${path} answered ${status}${statusText ? ` ${statusText}` : ''}${summary ? `: ${summary}` : '.'}`,
    isMarkup(text) ? undefined : boundText({ text: text.trim() }, ERROR_CHARACTERS, operation),
    retryNote(response, nowMs),
    nextStep(response.status),
  ]
  const requestId = requestIdOf(response)
  if (requestId) lines.push(`Request id: ${requestId}`)
  return lines.filter((line) => line !== undefined && line !== '').join('\n')
}

/** The sentence in which an error says what is wrong; undefined when it has none. */
function summaryOf(text: string): string | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return isMarkup(text) ? /<title>([^<]{1,200})/i.exec(text)?.[1]?.trim() : undefined
  }
  if (typeof body !== 'object' || body === null) return undefined
  const { title, detail, message, error, error_description: description } = body as Record<string, unknown>
  const nested = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined
  const texts = [title, detail, message, error, description, nested].filter((part) => typeof part === 'string')
  return texts.length > 0 ? [...new Set(texts)].join(': ').slice(0, 500) : undefined
}

/** Error pages for people are long and say nothing more than their title. */
function isMarkup(text: string): boolean {
  return /^\s*<(!doctype html|html)/i.test(text)
}

function nextStep(status: number): string | undefined {
  if (status === 401) return 'The credential was missing or not accepted: check its value, or set a new one.'
  if (status === 403) return 'The credential is not allowed to do this: check its scopes, or use another one.'
  if (status === 404) return 'Check the arguments that are part of the path.'
  if (status === 400 || status === 422) return 'Correct the arguments and call again.'
  if (status >= 500 && status !== 503) return 'The fault lies with the API; the same call may work later.'
  return undefined
}
