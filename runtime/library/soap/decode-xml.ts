/**
 * The text of an XML document: by its byte order mark, else the character set of its media type, else its own
 * declaration, else as UTF-8 (RFC 7303, section 3; XML 1.0, appendix F).
 */
export function decodeXml(bytes: Uint8Array, contentType: string): string {
  const [first, second] = bytes
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xef && second === 0xbb) return new TextDecoder().decode(bytes)
  const declared = /^<\?xml[^>]{0,60}?encoding=["']([\w.-]+)/.exec(String.fromCharCode(...bytes.subarray(0, 120)))?.[1]
  const charset = /charset="?([\w.-]+)/i.exec(contentType)?.[1] ?? declared ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
