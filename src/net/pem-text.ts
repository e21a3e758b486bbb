/**
 * The blocks of a PEM text with their line breaks, which one-line fields and files of settings take away or write as
 * `\n`. RFC 7468, section 2: 64 characters a line
 * @returns what is around the blocks is left out; a text without any stays as it is, to be refused where it is used
 */
export function toPemText(text: string): string {
  const blocks = text.replaceAll(String.raw`\n`, '\n').matchAll(BLOCK)
  const pem = Array.from(blocks, ([, label = '', base64 = '']) => {
    const lines = base64.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? []
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
  }).join('')
  return pem === '' ? text : pem
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g
