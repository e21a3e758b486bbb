/**
 * Whether what only reads may send a request of this method: those that are safe, and POST, which searches and queries
 * often are. RFC 9110, section 9.2.1; RFC 4918 (PROPFIND), RFC 3253 (REPORT), RFC 5323 (SEARCH).
 */
export function isReadingMethod(method: string): boolean {
  return /^(GET|HEAD|OPTIONS|QUERY|PROPFIND|REPORT|SEARCH|POST)$/i.test(method)
}

/** The effect of a tool that sends a request of this method, which is none for reading. */
export function changingEffect(method: string): 'write' | 'delete' {
  return method.toUpperCase() === 'DELETE' ? 'delete' : 'write'
}
