/** The type without its parameters, in lower case: `Text/HTML; charset=utf-8` is `text/html`. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase()
}

/** `application/json`, `text/json`, and the structured suffix `+json` (RFC 6839). */
export function isJsonType(mediaType: string): boolean {
  return /[/+]json$/.test(essenceOf(mediaType))
}

export function isXmlType(mediaType: string): boolean {
  return /[/+]xml$/.test(essenceOf(mediaType))
}

/** Types that a model reads as text. */
export function isTextType(mediaType: string): boolean {
  const essence = essenceOf(mediaType)
  if (essence.startsWith('text/') || isJsonType(essence) || isXmlType(essence)) return true
  return TEXT_TYPES.has(essence) || essence.endsWith('+yaml')
}

const TEXT_TYPES = new Set([
  'application/javascript',
  'application/x-javascript',
  'application/yaml',
  'application/x-yaml',
  'application/x-ndjson',
  'application/jsonl',
  'application/x-www-form-urlencoded',
  'application/graphql',
  'application/sql',
  'application/toml',
  'image/svg+xml',
])
