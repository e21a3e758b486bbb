/** Percent-encodes everything but the unreserved characters of RFC 3986, section 2.3. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, percentEncodeCharacter)
}

/**
 * Percent-encodes but leaves reserved characters and existing triplets as they are (RFC 6570, section 3.2.3), which
 * is what `allowReserved` asks for. `#` and `&` are encoded all the same: they would end the query or the parameter.
 */
export function percentEncodeUnlessReserved(text: string): string {
  return text
    .toWellFormed()
    .replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~:/?[\]@!$'()*+,;=-]/gu, (found) =>
      found.length === 3 && found.startsWith('%') ? found : percentEncode(found),
    )
}

/** Encodes for application/x-www-form-urlencoded, where a space is a plus sign. */
export function formEncode(text: string): string {
  return percentEncode(text).replaceAll('%20', '+')
}

function percentEncodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
