import { MetaError } from '../../errors/meta-error.ts'

/** Words in the names of query parameters whose values are keys. */
const KEY_WORDS =
  /(^|[^a-z])(api[-_]?key|key|token|secret|pass(word)?|pwd|auth(orization)?|bearer|sig(nature)?|credentials?|jwt)([^a-z]|$)/i

/**
 * Reads the address of a server to connect. Where it may lead, egress decides.
 * @throws MetaError ARGUMENTS_INVALID, SECRET_IN_ARGUMENT when it carries a credential
 */
export function readConnectionUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${text.slice(0, 200)}" is not a web address.`,
      'Give its https:// address.',
    )
  }
  if (url.username || url.password) throw holdsCredential(url, 'a user name or password')
  const key = [...url.searchParams.keys()].find((name) => KEY_WORDS.test(splitCase(name)))
  if (key !== undefined) throw holdsCredential(url, `the parameter "${key.slice(0, 50)}", which looks like a key`)
  // DNS takes it for the same name, but what is bound to a host compares texts.
  url.hostname = url.hostname.replace(/\.$/, '')
  // It is never sent, and a resource identifier has none (RFC 8707, section 2).
  url.hash = ''
  return url.href
}

/** `apiKey` is `api-Key`. */
function splitCase(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1-$2')
}

function holdsCredential(url: URL, what: string): MetaError {
  return new MetaError(
    'SECRET_IN_ARGUMENT',
    `The address of "${url.host}" holds ${what}. Nothing was sent.`,
    'Leave it out: when the server wants a token, a person enters it (request_secrets). A key that stood in a chat should be renewed.',
  )
}
