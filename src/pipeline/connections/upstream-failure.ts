import { EndpointGone } from '../../../bridge/connect/endpoint-gone.ts'
import { LocalFailure } from '../../../bridge/connect/local-failure.ts'
import { AnswerTooLong } from '../../../bridge/protocol/answer-too-long.ts'
import { RpcError } from '../../../bridge/protocol/json-rpc.ts'
import { LineTooLong } from '../../../bridge/protocol/split-lines.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { type Connection, hostOf } from '../../model/connection.ts'
import { cleanLine } from '../../../generators/importers/openapi/clean-text.ts'

const LONGEST_MESSAGE = 500
/** 2026-07-28, basic/index, Error Codes. */
const MISSING_CLIENT_CAPABILITY = -32021

/**
 * What went wrong on the way to a connected server, told to who has asked.
 * @returns MetaError UPSTREAM_UNREACHABLE, LIMIT_EXCEEDED, TOOL_FAILED, or that of a rule or a missing secret;
 *   anything else is a bug and comes back as it is
 */
export function upstreamFailure(error: unknown, connection: Connection, method: string): unknown {
  if (error instanceof MetaError) return error
  const host = hostOf(connection)
  if (causeOf(error, isTooLong)) {
    return new MetaError(
      'LIMIT_EXCEEDED',
      `"${host}" answered "${method}" with more than a connection takes.`,
      'Ask for less: a smaller page, fewer fields, a narrower query.',
      { cause: error },
    )
  }
  if (error instanceof LocalFailure) {
    const rule = causeOf(error, (cause) => cause instanceof MetaError)
    return rule ?? unreachable(host, error.message, error)
  }
  if (error instanceof EndpointGone) return unreachable(host, lossOf(error, method), error)
  if (error instanceof RpcError) {
    // The words are the bridge's own: bridge/connect/relay-answer.ts and sse-session.ts.
    const answered = /^The endpoint answered (HTTP \d{3})/.exec(error.message)?.[1]
    if (answered !== undefined) return noMcp(host, answered, error)
    const isPlainClient = error.code === MISSING_CLIENT_CAPABILITY
    const said = cleanLine(error.message, LONGEST_MESSAGE).replace(/[^.!?]$/, '$&.')
    return new MetaError(
      'TOOL_FAILED',
      `"${host}" answered "${method}" with error ${error.code}: ${said}`,
      isPlainClient
        ? 'It has to ask the person something, or a model, and this client passes no such question on: call it from one that does.'
        : 'What it says comes from that server: correct the arguments if they are what it means.',
      { cause: error },
    )
  }
  return error
}

/** @param silentMs  how long nothing was heard */
export function silentUpstream(connection: Connection, method: string, silentMs: number): MetaError {
  const again =
    method === 'tools/call' ? 'It may have been done all the same: look before calling again.' : 'Try again later.'
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `"${hostOf(connection)}" was silent for ${silentMs / 1_000} seconds after "${method}".`,
    again,
  )
}

function unreachable(host: string, why: string, cause: unknown): MetaError {
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `"${host}" gave no answer: ${cleanLine(why, LONGEST_MESSAGE)}`,
    'Try again when it is up; nothing has to be connected anew.',
    {
      cause,
    },
  )
}

function noMcp(host: string, answered: string, cause: unknown): MetaError {
  return new MetaError(
    'UPSTREAM_UNREACHABLE',
    `"${host}" does not speak MCP at this address: it answered ${answered} without an MCP message.`,
    'Check the address, which often ends in /mcp or /sse, and whether the server is up.',
    { cause },
  )
}

function lossOf(error: EndpointGone, method: string): string {
  const isLost = error.wasSent && method === 'tools/call'
  return isLost
    ? `the connection was lost during the call (${error.message}). It may have had effects, so it was not repeated.`
    : error.message
}

function isTooLong(error: Error): boolean {
  return error instanceof AnswerTooLong || error instanceof LineTooLong
}

function causeOf(error: unknown, fits: (cause: Error) => boolean): Error | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (fits(cause)) return cause
  return undefined
}
