type Json = Readonly<Record<string, unknown>>

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'])

/** JSON pointers of all operations below `paths`, found without the importer: OpenAPI 3.2, section 4.9. */
export function operationPointers(document: unknown): string[] {
  const paths = isRecord(document) && isRecord(document['paths']) ? document['paths'] : {}
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith('x-'))
    .flatMap(([path, written]) => {
      const item = follow(document, written)
      const others = isRecord(item['additionalOperations']) ? Object.keys(item['additionalOperations']) : []
      return [
        ...Object.keys(item).filter((key) => METHODS.has(key)),
        ...others.map((key) => `additionalOperations/${key}`),
      ].map((method) => `/paths/${escape(path)}/${method}`)
    })
}

function follow(document: unknown, written: unknown): Json {
  if (!isRecord(written)) return {}
  const reference = written['$ref']
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return written
  const target = reference
    .slice(2)
    .split('/')
    .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, token) => (isRecord(value) ? value[token] : undefined), document)
  return { ...(isRecord(target) ? target : {}), ...written }
}

function escape(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
