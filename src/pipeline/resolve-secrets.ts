import { type SecretForm, writeFormSecret } from '../../runtime/library/form-secret.ts'
import { writeXmlSecret, type XmlSecretForm } from '../../runtime/library/soap/xml-secret.ts'
import type { EnvSecret } from '../config/load-config.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { NamedValue } from '../secrets/redact.ts'
import type { ClientCertificate } from '../net/client-certificate.ts'
import { toPemText } from '../net/pem-text.ts'

/** Knows which secrets are set, and gives a value only for the host it is bound to. */
export interface SecretResolver {
  /** Names that are set for one of the hosts. */
  names(hosts: readonly string[]): readonly string[]
  /** undefined when no such secret is bound to the host */
  value(name: string, host: string): string | undefined
}

/** Secrets of the environment that a person bound to hosts. */
export function envSecretResolver(secrets: readonly EnvSecret[]): SecretResolver {
  return {
    names: (hosts) =>
      secrets.filter(({ host, value }) => value !== undefined && hosts.includes(host)).map(({ name }) => name),
    value: (name, host) =>
      secrets.find((secret) => secret.name === name && secret.host === host && secret.value !== undefined)?.value,
  }
}

/** The text that stands for a secret wherever code can see it. */
export function placeholderOf(name: string): string {
  return `{{secret:${name}}}`
}

/**
 * With `|form` or `|client` it is written for a form (runtime/library/form-secret.ts), with `|xml` and its kin for XML
 * (runtime/library/soap/xml-secret.ts).
 */
const PLAIN = /\{\{secret:([A-Z][A-Z0-9_]*)(?:\|(form|client|xml|xmlUser|xmlPassword))?\}\}/g
const ENCODED = /%7B%7Bsecret(?:%3A|:)([A-Z][A-Z0-9_]*)%7D%7D/gi

/**
 * Puts the values in the place of their placeholders, in a URL's query, headers (inside Basic credentials too) and a
 * text body.
 * @returns the request, and the secrets that went into it
 * @throws MetaError HOST_NOT_ALLOWED when a secret that is not bound to the request's host would leave for it
 */
export function fillSecrets<
  Request extends { url: string; headers: readonly (readonly [string, string])[]; body?: Uint8Array },
>(
  request: Request,
  host: string,
  resolver: SecretResolver,
): { readonly request: Request; readonly used: readonly NamedValue[] } {
  const used = new Map<string, string>()
  const value = (name: string) => {
    const secret = resolver.value(name, host)
    if (secret !== undefined) {
      used.set(name, secret)
      return secret
    }
    throw notSet(name, host)
  }
  const plain = (text: string) =>
    text.replaceAll(PLAIN, (_, name: string, form?: SecretForm | XmlSecretForm) => writeSecret(value(name), form))
  const url = request.url.replaceAll(ENCODED, (_, name: string) => encodeURIComponent(value(name.toUpperCase())))
  const headers = request.headers.map(([name, text]): [string, string] => [name, fillBasic(plain(text), plain)])
  const body = request.body && fillBody(request.body, plain)
  const filled = { ...request, url, headers, ...(body && { body }) }
  return { request: filled, used: Array.from(used, ([name, secret]) => ({ name, value: secret })) }
}

function writeSecret(secret: string, form: SecretForm | XmlSecretForm | undefined): string {
  if (form === undefined) return secret
  return form === 'form' || form === 'client' ? writeFormSecret(secret, form) : writeXmlSecret(secret, form)
}

/**
 * The client certificate that a connection to a host shows.
 * @throws MetaError HOST_NOT_ALLOWED when no such secret is bound to the host
 */
export function certificateFor(name: string, host: string, resolver: SecretResolver): ClientCertificate {
  const pem = resolver.value(name, host)
  if (pem === undefined) throw notSet(name, host)
  return { host, pem: toPemText(pem) }
}

function notSet(name: string, host: string): MetaError {
  return new MetaError(
    'HOST_NOT_ALLOWED',
    `The secret "${name}" is not set for "${host}".`,
    `A person can enter it: mcpwright secret set ${name} --server <name> --host ${host}`,
  )
}

function fillBasic(header: string, plain: (text: string) => string): string {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1]
  if (encoded === undefined) return header
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const filled = plain(decoded)
  return filled === decoded ? header : `Basic ${Buffer.from(filled).toString('base64')}`
}

function fillBody(body: Uint8Array, plain: (text: string) => string): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!bytes.includes('{{secret:')) return body
  // latin1 keeps every byte as it is, so that binary parts of a body stay whole.
  return Buffer.from(plainUtf8(bytes.toString('latin1'), plain), 'latin1')
}

function plainUtf8(text: string, plain: (text: string) => string): string {
  return text.replaceAll(PLAIN, (placeholder) => Buffer.from(plain(placeholder)).toString('latin1'))
}
