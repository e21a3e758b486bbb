/** The codes of gRPC by their numbers (grpc.io, doc/statuscodes.md); Connect writes them in lower case. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

/** How a call ended, other than well. */
export interface GrpcFailure {
  /** `NOT_FOUND` */
  readonly code: string
  readonly message: string
  /** As JSON, where their types are known. */
  readonly details: readonly unknown[]
}

export function codeName(number: string): string {
  return CODES[Number(number)] ?? `code ${number}`
}

/** Connect's name of a code: `not_found`. */
export function codeOfConnect(code: string): string {
  return code === 'canceled' ? 'CANCELLED' : code.toUpperCase()
}

/** What the model is told: the code, the server's own words, details, and what to do next. */
export function describeGrpcFailure({ code, message, details }: GrpcFailure): string {
  const shown = details.length > 0 ? `Details: ${JSON.stringify(details).slice(0, LONGEST_DETAILS)}` : undefined
  return [`${code}${message === '' ? '' : `: ${message}`}`, shown, NEXT_STEPS[code]]
    .filter((line) => line !== undefined)
    .join('\n')
}

const LONGEST_DETAILS = 3_000

const NEXT_STEPS: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: 'Correct the arguments and call again.',
  OUT_OF_RANGE: 'Correct the arguments and call again.',
  UNAUTHENTICATED: 'The credential was missing or not accepted: check its value, or set a new one.',
  PERMISSION_DENIED: 'The credential is not allowed to do this.',
  UNIMPLEMENTED: 'The server has no such method: check the address, and that the description is of this server.',
  UNAVAILABLE: 'The server may be busy or down; the same call may work later.',
  RESOURCE_EXHAUSTED: 'Wait before calling again, or ask for less.',
  DEADLINE_EXCEEDED: 'It took too long; ask for less.',
}
