import { readBody } from '../../read-body.ts'
import type { Person } from './person.ts'

/** Who logs people in: another server, where this one is a client. */
export interface Upstream {
  /** Where a person is sent. @throws IssuerUnreachable */
  authorizeUrl(attempt: LoginAttempt, state: string): Promise<URL>
  /** @throws LoginFailed, IssuerUnreachable, CallRefused */
  personOf(attempt: LoginAttempt, code: string): Promise<Person>
}

/** What belongs to one login, and is used once. */
export interface LoginAttempt {
  readonly redirectUri: string
  /** RFC 7636 */
  readonly verifier: string
  /** OpenID Connect Core 1.0, section 3.1.2.1 */
  readonly nonce: string
}

/** Who the person is could not be told: a sentence for them. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
}

export function newAttempt(redirectUri: string): LoginAttempt {
  return { redirectUri, verifier: random(), nonce: random() }
}

/** With what every request for a code holds. RFC 6749, section 4.1.1; RFC 7636, section 4.3 */
export async function codeRequest(
  address: string,
  clientId: string,
  { redirectUri, verifier }: LoginAttempt,
  more: Readonly<Record<string, string>>,
): Promise<URL> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const url = new URL(address)
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...more,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

export const ANSWER_MS = 10_000
const ANSWER_BYTES = 1_000_000

/**
 * What an address tells about the person whom a token belongs to.
 * @throws LoginFailed
 */
export async function askAbout(address: string, token: string, send: typeof fetch): Promise<unknown> {
  try {
    const response = await send(address, {
      headers: { accept: 'application/json', authorization: `Bearer ${token}`, 'user-agent': 'mcp-server' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const { bytes } = await readBody(response, ANSWER_BYTES)
    if (response.ok) return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch {
    // Told below.
  }
  throw new LoginFailed(`${new URL(address).host} did not say who you are.`)
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
