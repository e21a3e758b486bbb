import type { ErrorCode } from './codes.ts'
import { readDiskFull } from './disk-full.ts'
import { MetaError, type NextCall } from './meta-error.ts'

/** The form an error has everywhere outside: in tool results, in HTTP answers, on the command line. */
export interface RenderedError {
  readonly code: ErrorCode
  readonly message: string
  readonly fix: string
  readonly next?: NextCall
}

/** Bugs become INTERNAL, without their text: it may hold what callers must not see. */
export function renderError(error: unknown): RenderedError {
  const expected = error instanceof MetaError ? error : readDiskFull(error)
  if (expected) {
    const { code, message, fix, next } = expected
    return { code, message, fix, ...(next && { next }) }
  }
  return {
    code: 'INTERNAL',
    message: 'mcpwright met a bug while answering this call.',
    fix: 'Try once more; if it stays, run "mcpwright doctor" and look into the daemon log it names.',
  }
}

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  HOST_NOT_ALLOWED: 403,
  LOCAL_HOST_BLOCKED: 403,
  FILE_NOT_ALLOWED: 403,
  FILE_UNKNOWN: 404,
  SERVER_UNKNOWN: 404,
  TOOL_UNKNOWN: 404,
  RESOURCE_UNKNOWN: 404,
  PROMPT_UNKNOWN: 404,
  VERSION_UNKNOWN: 404,
  CONNECTION_UNKNOWN: 404,
  TOOL_GONE: 404,
  SERVER_NAME_TAKEN: 409,
  TOOL_NAME_TAKEN: 409,
  TOOL_CHANGED: 409,
  CONNECTION_NAME_TAKEN: 409,
  DESCRIPTION_TOO_LARGE: 413,
  LIMIT_EXCEEDED: 429,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  DISK_FULL: 507,
  DATABASE_UNAVAILABLE: 503,
  DAEMON_UNAVAILABLE: 503,
  UPSTREAM_UNREACHABLE: 502,
}

/** An answer in the form of RFC 9457 (problem+json). */
export function toProblem(error: unknown): { status: number; body: Record<string, unknown> } {
  const rendered = renderError(error)
  const status = HTTP_STATUS[rendered.code] ?? 400
  return {
    status,
    body: { type: 'about:blank', title: rendered.code, status, detail: rendered.message, fix: rendered.fix },
  }
}

/** Two lines for a terminal: what happened, what to do. */
export function toTerminal(error: unknown): string {
  const { code, message, fix } = renderError(error)
  return `${code}: ${message}\n  ${fix}`
}
