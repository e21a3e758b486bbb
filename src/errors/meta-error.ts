import type { ErrorCode } from './codes.ts'

/** A call that would mend the error. */
export interface NextCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * An expected failure: `message` says what happened, with the value in quotes; `fix` says the next step.
 * Anything else that is thrown is a bug and may crash its request.
 */
export class MetaError extends Error {
  override readonly name = 'MetaError'
  readonly code: ErrorCode
  readonly fix: string
  readonly next: NextCall | undefined

  constructor(code: ErrorCode, message: string, fix: string, options: { cause?: unknown; next?: NextCall } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.fix = fix
    this.next = options.next
  }
}
