import type { ErrorCode } from '../errors/codes.ts'
import { renderError } from '../errors/render.ts'
import type { JobFailure } from './queue.ts'

/** How often a job is tried again after it failed in a way that may pass. Restarts of the daemon do not count. */
export const RETRIES = 2

/** Conditions that pass by themselves. Bugs are INTERNAL: some of them are races. */
const TRANSIENT: readonly ErrorCode[] = ['DATABASE_UNAVAILABLE', 'UPSTREAM_UNREACHABLE', 'INTERNAL']

export function isTransient(error: unknown): boolean {
  return TRANSIENT.includes(renderError(error).code)
}

/** What callers see of a failed job. The text of a bug is not for them. */
export function toJobFailure(error: unknown): JobFailure {
  const { code, message, fix, next } = renderError(error)
  return { code, message, fix, ...(next && { next }) }
}

/** A job that was being worked on each time the daemon died. */
export const DEADLY: JobFailure = {
  code: 'INTERNAL',
  message: 'mcpwright was ended many times while it worked on this job, so it is not tried again.',
  fix: 'Look into the daemon log that "mcpwright doctor" names, then ask for the work again.',
}
