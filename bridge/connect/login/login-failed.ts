import { LocalFailure } from '../local-failure.ts'

/** Nobody is logged in, and here is what a person can do. It reaches the client as the answer to its request. */
export class LoginFailed extends LocalFailure {}

/** Text of a foreign server for a message: one line of at most 300 printable characters. */
export function quoteForeign(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 300)
}
