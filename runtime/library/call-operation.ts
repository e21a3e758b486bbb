import { accessTokens, type AccessTokens, forgetTokens } from './access-token.ts'
import { baseUrlOf } from './base-url.ts'
import { buildRequest } from './build-request.ts'
import { type CallContext, type CallLimits, DEFAULT_CALL_LIMITS } from './call-context.ts'
import { CallRefused } from './call-refused.ts'
import { fetchFor } from './client-certificate.ts'
import { systemClock } from './clock.ts'
import { chooseCredentials, maskCredentials } from './credentials.ts'
import { fetchWithinOrigin } from './follow-redirects.ts'
import type { Credential } from './http-call.ts'
import { loadFiles } from './load-files.ts'
import { NoAnswer } from './no-answer.ts'
import type { Operation } from './operation.ts'
import { readBody } from './read-body.ts'
import { type Answer, readResponse } from './read-response.ts'
import { sendWithRetries } from './send-with-retries.ts'
import { errorResult, type ToolResult } from './tool-result.ts'

export type { CallContext, CallLimits } from './call-context.ts'

/**
 * Calls an operation and turns the answer into a tool result. Whatever the model can mend (arguments, a missing
 * credential, an upstream's refusal, a time-out) is an error result that says what to do; nothing of that is thrown.
 * Input is expected to fit `operation.inputSchema`. InputNeeded passes: a resource that is read asks the client.
 * What only reads (effect `read`, whatever the method) is sent again
 * where that may help; nothing else is.
 */
export async function callOperation(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  context: CallContext,
): Promise<ToolResult> {
  const limits = { ...DEFAULT_CALL_LIMITS, ...context.limits }
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), limits.timeoutMs)
  const signal = AbortSignal.any([context.signal, deadline.signal])
  let tokens: AccessTokens = new Map()
  const mask = (text: string) =>
    maskTokens(maskCredentials(text, credentialsOf(operation, context), context.env), tokens)
  try {
    const loaded = await loadFiles(operation, input, context.readResource)
    const sent = await send(operation, loaded, { ...context, signal, limits }, (got) => (tokens = got))
    return readResponse({ ...sent, operation, input, limits, mask, protocols: context.protocols })
  } catch (error) {
    if (error instanceof CallRefused) return errorResult(mask(error.message))
    if (!(error instanceof NoAnswer)) throw error
    if (deadline.signal.aborted) return errorResult(timedOut(operation, limits.timeoutMs))
    if (context.signal.aborted) return errorResult(`The call of ${operation.name} was cancelled.`)
    return errorResult(mask(unreachable(operation, error)))
  } finally {
    clearTimeout(timer)
  }
}

/** Sends a call as often as it may help. `onTokens` hears of each access token before it leaves. */
async function send(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  context: CallContext & { readonly limits: CallLimits },
  onTokens: (tokens: AccessTokens) => void,
): Promise<SentCall> {
  const { clock = systemClock, limits, signal } = context
  let tokens: AccessTokens = new Map()
  const sendOnce = async () => {
    const credentials = credentialsFor(operation, context)
    tokens = await accessTokens(credentials, context)
    onTokens(tokens)
    const request = buildRequest(operation, input, { ...context, tokens })
    const sent = await fetchWithinOrigin(request, fetchFor(credentials, context), signal)
    return { ...sent, body: await readBody(sent.response, limits.answerBytes) }
  }
  const isRepeatable = operation.effect === 'read'
  const sent = await sendWithRetries(sendOnce, { isRepeatable, limits, clock, signal })
  if (sent.response.status !== 401 || tokens.size === 0) return { ...sent, nowMs: clock.now() }
  // A token can end early. What was refused was not done, so that any method may be sent again.
  await forgetTokens(tokens)
  return { ...(await sendOnce()), nowMs: clock.now() }
}

/** A request with its answer, read. */
type SentCall = Pick<Answer, 'request' | 'response' | 'body' | 'nowMs'>

function credentialsFor({ call }: Operation, context: CallContext): readonly Credential[] {
  return chooseCredentials(call, baseUrlOf(call, context.baseUrl).host, context)
}

function maskTokens(text: string, tokens: AccessTokens): string {
  let masked = text
  for (const [name, token] of tokens) masked = masked.replaceAll(token, `[${name}]`)
  return masked
}

function credentialsOf({ call }: Operation, { credentials }: CallContext) {
  const names = new Set(call.security.flat())
  return credentials.filter(({ name }) => names.has(name))
}

function timedOut({ call, effect }: Operation, timeoutMs: number): string {
  const again =
    effect === 'read' ? 'Try again, or ask for less.' : 'It may have been done all the same: look before calling again.'
  return `${call.method} ${call.path} gave no complete answer within ${timeoutMs / 1000} seconds. ${again}`
}

function unreachable({ call }: Operation, error: NoAnswer): string {
  return `${call.method} ${call.path} got no answer: ${error.reason()}. Check the base URL and that the API is up.`
}
