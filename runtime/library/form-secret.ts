import { formEncode } from './percent-encode.ts'

/** How a secret stands in a form: `form` as the value of one field, `client` as the fields of a client. */
export type SecretForm = 'form' | 'client'

/**
 * Writes a secret into an `application/x-www-form-urlencoded` body. Where the secret is a placeholder, so is the result:
 * `{{secret:NAME|form}}`, which the broker fills by calling this with the value.
 */
export function writeFormSecret(secret: string, form: SecretForm): string {
  const name = PLACEHOLDER.exec(secret)?.[1]
  if (name !== undefined) return `{{secret:${name}|${form}}}`
  return form === 'form' ? formEncode(secret) : clientFields(secret)
}

const PLACEHOLDER = /^\{\{secret:([A-Z][A-Z0-9_]*)\}\}$/

/** The fields of `client id:client secret`; a public client has no secret (RFC 6749, section 2.3.1). */
function clientFields(client: string): string {
  const [, id = '', secret = ''] = /^([^:]*):?(.*)$/s.exec(client) ?? []
  return `client_id=${formEncode(id)}${secret === '' ? '' : `&client_secret=${formEncode(secret)}`}`
}
