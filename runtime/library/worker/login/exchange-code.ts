import type { TokenEndpoint } from '../../token-server.ts'
import { requestToken } from '../../token-request.ts'
import { ANSWER_MS, type LoginAttempt } from './upstream.ts'

/** This server, where it is a client of those who log people in. */
export interface UpstreamClient {
  readonly clientId: string
  readonly secret: string
  /** fetch without limits */
  readonly send: typeof fetch
}

/** What the token endpoint gives for the code that a person came back with. @throws CallRefused, NoAnswer */
export function exchangeCode(
  { clientId, secret, send }: UpstreamClient,
  endpoint: TokenEndpoint,
  attempt: LoginAttempt,
  code: string,
): ReturnType<typeof requestToken> {
  const asked = { name: 'the login', client: `${clientId}:${secret}`, grant: codeGrant(code, attempt), scopes: [] }
  return requestToken({ ...asked, endpoint }, { fetch: send, signal: AbortSignal.timeout(ANSWER_MS) })
}

/** RFC 6749, section 4.1.3 */
function codeGrant(code: string, { redirectUri, verifier }: LoginAttempt): string {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return new URLSearchParams(fields).toString()
}
