import { escapeXml } from './xml-text.ts'

/** How a secret stands in XML: whole, or as one half of `user:password`. */
export type XmlSecretForm = 'xml' | 'xmlUser' | 'xmlPassword'

/**
 * Writes a secret into XML. Where the secret is a placeholder, so is the result: `{{secret:NAME|xml}}`, which the
 * broker fills by calling this with the value.
 */
export function writeXmlSecret(secret: string, form: XmlSecretForm): string {
  const name = PLACEHOLDER.exec(secret)?.[1]
  if (name !== undefined) return `{{secret:${name}|${form}}}`
  if (form === 'xml') return escapeXml(secret)
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(secret) ?? []
  return escapeXml(form === 'xmlUser' ? user : password)
}

const PLACEHOLDER = /^\{\{secret:([A-Z][A-Z0-9_]*)\}\}$/
