import type { Credential } from '../../../runtime/library/http-call.ts'
import { asRecord, asText, property, type JsonRecord } from './json-value.ts'

/** A client that gets its tokens itself, by the flow `clientCredentials` of an OAuth 2 scheme. */
export interface OAuthClient {
  readonly name: string
  readonly tokenUrl: string
  /** Those that operations demand; collected while they are read. */
  readonly scopes: Set<string>
}

/**
 * Reads the flow `clientCredentials` (OpenAPI 3.1, section 4.8.29), or `application` of Swagger 2.0.
 * @returns undefined when the scheme has none, or no token address that a secret may be sent to
 */
export function readOAuthClient(scheme: JsonRecord, nameFor: (suffix: string) => string): OAuthClient | undefined {
  const flow = scheme.flow === 'application' ? scheme : asRecord(property(asRecord(scheme.flows), 'clientCredentials'))
  const tokenUrl = asText(flow?.tokenUrl)
  if (tokenUrl === undefined || !isSafe(tokenUrl)) return undefined
  return { name: nameFor('CLIENT'), tokenUrl, scopes: new Set() }
}

/** @param hosts  those that the tokens go to; the client itself goes to the token server only */
export function clientCredential({ name, tokenUrl, scopes }: OAuthClient, hosts: Iterable<string>): Credential {
  return {
    name,
    hosts: [...new Set([...hosts, new URL(tokenUrl).host])].toSorted(),
    placement: { type: 'clientCredentials', tokenUrl, scopes: [...scopes].toSorted() },
    purpose: `OAuth client that gets its own tokens at ${new URL(tokenUrl).host} (write it as client id:client secret)`,
  }
}

/** A client's secret never travels unencrypted, but on this machine. */
function isSafe(tokenUrl: string): boolean {
  if (!URL.canParse(tokenUrl)) return false
  const { protocol, hostname } = new URL(tokenUrl)
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
}
