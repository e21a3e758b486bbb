/**
 * Whether what only reads may send a request of this method. Searches and queries are often a POST; PUT, PATCH and
 * DELETE always change something (RFC 9110, sections 9.2.1 and 9.3).
 */
export function isReadingMethod(method: string): boolean {
  return /^(GET|HEAD|OPTIONS|QUERY|POST)$/i.test(method)
}
