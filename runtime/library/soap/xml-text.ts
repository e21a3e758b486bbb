import { CallRefused } from '../call-refused.ts'

/** What XML 1.0 cannot carry, not even escaped (section 2.2). */
// eslint-disable-next-line no-control-regex -- these are meant
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/

/** Text as it stands between tags or in an attribute. @throws CallRefused when XML cannot carry it */
export function escapeXml(text: string): string {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) {
    throw new CallRefused('A text holds a control character, which XML cannot carry. Remove it; nothing was sent.')
  }
  // Line ends and tabs would be changed by the reader (sections 2.11 and 3.3.3).
  return text.replace(/[&<>"'\r\n\t]/g, (character) => ESCAPED[character] ?? character)
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** The prefixes of one document, declared at its root. */
export class XmlPrefixes {
  readonly #prefixes = new Map<string, string>()

  /** @param preferred  is taken for a namespace that has no prefix yet */
  of(namespace: string, preferred = `n${this.#prefixes.size + 1}`): string {
    const known = this.#prefixes.get(namespace)
    if (known !== undefined) return known
    this.#prefixes.set(namespace, preferred)
    return preferred
  }

  /** A name as it is written; without a namespace it has no prefix, and no default namespace is ever declared. */
  qualify(name: string, namespace: string | undefined): string {
    return namespace === undefined || namespace === '' ? name : `${this.of(namespace)}:${name}`
  }

  declarations(): string {
    return Array.from(this.#prefixes, ([namespace, prefix]) => ` xmlns:${prefix}="${escapeXml(namespace)}"`).join('')
  }
}

/** @param attributes  written, each with a space before it */
export function xmlElement(tag: string, attributes: string, inner: string): string {
  return inner === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${inner}</${tag}>`
}
