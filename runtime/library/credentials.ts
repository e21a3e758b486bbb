import { encodeBase64 } from './base64.ts'
import { CallRefused } from './call-refused.ts'
import type { CallContext } from './call-context.ts'
import type { Credential, CredentialPlacement, HttpCall } from './http-call.ts'
import { percentEncode } from './percent-encode.ts'

/** What the chosen credentials add to a request. Names and values are as they go on the wire. */
export interface CredentialParts {
  readonly headers: readonly (readonly [string, string])[]
  readonly query: readonly string[]
  readonly cookies: readonly string[]
}

/**
 * Chooses the credentials of a call: the first alternative of which every value is set and bound to this host.
 * @returns none when the call needs none
 * @throws CallRefused naming the secrets to set, or the hosts they are bound to
 */
export function chooseCredentials(call: HttpCall, host: string, context: CallContext): readonly Credential[] {
  if (call.security.length === 0) return []
  const alternatives = call.security.map((names) => names.map((name) => findCredential(name, context)))
  const usable = alternatives.find((credentials) =>
    credentials.every(
      (credential) =>
        context.env[credential.name] && credential.hosts.includes(host) && isPresentable(credential, context),
    ),
  )
  if (usable) return usable
  const withValues = alternatives.find((credentials) => credentials.every(({ name }) => context.env[name]))
  const certificate = withValues?.find((credential) => !isPresentable(credential, context))
  if (certificate) throw new CallRefused(notPresentable(certificate))
  throw new CallRefused(withValues ? boundElsewhere(withValues, host) : missing(alternatives))
}

function isPresentable({ placement }: Credential, { certificateFetch }: CallContext): boolean {
  return placement.type !== 'mutualTLS' || certificateFetch !== undefined
}

/** Writes credentials into the parts of a request. Basic: RFC 7617; Bearer: RFC 6750, section 2.1. */
export function placeCredentials(
  credentials: readonly Credential[],
  { env, tokens = new Map() }: Pick<CallContext, 'env' | 'tokens'>,
): CredentialParts {
  const headers: [string, string][] = []
  const query: string[] = []
  const cookies: string[] = []
  for (const { name, placement } of credentials) {
    const value = env[name] ?? ''
    if (placement.type === 'bearer') headers.push(['authorization', `Bearer ${value}`])
    else if (isTokenSource(placement)) {
      // Without a token of its own it signs the exchange of another.
      const token = tokens.get(name)
      if (token !== undefined) headers.push(['authorization', `Bearer ${token}`])
    } else if (isElsewhere(placement)) {
      // The connection shows it (client-certificate.ts), or the message holds it (soap/soap-codec.ts).
      continue
    } else if (placement.type === 'basic') headers.push(['authorization', `Basic ${basicText(value)}`])
    else {
      const text = placement.format ? placement.format.replaceAll('{value}', () => value) : value
      if (placement.in === 'header') headers.push([placement.name, text])
      else if (placement.in === 'query') query.push(`${percentEncode(placement.name)}=${percentEncode(text)}`)
      else cookies.push(`${placement.name}=${percentEncode(text)}`)
    }
  }
  return { headers, query, cookies }
}

type Elsewhere = Extract<CredentialPlacement, { type: 'mutualTLS' | 'usernameToken' | 'soapHeader' }>

function isElsewhere(placement: CredentialPlacement): placement is Elsewhere {
  return ['mutualTLS', 'usernameToken', 'soapHeader'].includes(placement.type)
}

type TokenSource = Extract<CredentialPlacement, { type: 'clientCredentials' | 'client' | 'refreshToken' }>

/** Whether it goes to a token server, and not to the API. */
function isTokenSource(placement: CredentialPlacement): placement is TokenSource {
  return placement.type === 'clientCredentials' || placement.type === 'client' || placement.type === 'refreshToken'
}

/** Replaces the values of credentials in a text by their names: some APIs echo what they were sent. */
export function maskCredentials(text: string, credentials: readonly Credential[], env: CallContext['env']): string {
  let masked = text
  for (const { name, placement } of credentials) {
    const value = env[name]
    // Short values would mask ordinary words.
    if (value === undefined || value.length < 6) continue
    const isLogin = placement.type === 'basic' || (isTokenSource(placement) && placement.type !== 'refreshToken')
    for (const form of isLogin ? [value, basicText(value)] : formsOf(value, placement)) {
      masked = masked.replaceAll(form, `[${name}]`)
    }
  }
  return masked
}

/** A message holds the password alone. */
function formsOf(value: string, { type }: CredentialPlacement): readonly string[] {
  const password = type === 'usernameToken' ? value.slice(value.indexOf(':') + 1) : ''
  return [value, percentEncode(value), ...(password.length < 6 ? [] : [password])]
}

/** The credentials of an `Authorization: Basic` header (RFC 7617), in UTF-8. */
export function basicText(value: string): string {
  return encodeBase64(new TextEncoder().encode(value))
}

function findCredential(name: string, context: CallContext): Credential {
  const credential = context.credentials.find((candidate) => candidate.name === name)
  // Security alternatives are written together with the list of credentials.
  if (!credential) throw new Error(`Credential "${name}" is not in the list of credentials.`)
  return credential
}

function missing(alternatives: readonly (readonly Credential[])[]): string {
  const choices = alternatives.map((credentials) =>
    credentials.map(({ name, purpose }) => (purpose ? `${name} (${purpose})` : name)).join(' together with '),
  )
  return `SECRET_MISSING: This call needs a credential, and none is set: ${choices.join(', or ')}. Nothing was sent. Set it as an environment variable or secret of this server, then call again.`
}

function notPresentable({ name }: Credential): string {
  return `This call needs the client certificate ${name} (mutual TLS), and this host cannot present one. Nothing was sent. Run this server on Node: there it can.`
}

function boundElsewhere(credentials: readonly Credential[], host: string): string {
  const bound = credentials
    .filter(({ hosts }) => !hosts.includes(host))
    .map(({ name, hosts }) => `${name} may only be sent to ${hosts.join(', ') || 'no host'}`)
  return `This call goes to ${host}, but ${bound.join('; ')}. Nothing was sent. Correct the base URL, or bind the credential to this host.`
}
