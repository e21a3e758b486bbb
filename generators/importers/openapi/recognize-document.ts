import { MetaError } from '../../../src/errors/meta-error.ts'
import { asRecord, asText, asWord, kindOf, property, type JsonRecord } from './json-value.ts'

export type Dialect = '2.0' | '3.0' | '3.1'

/** Whether a text looks like an OpenAPI or Swagger description, without parsing all of it. */
export function looksLikeOpenApi(text: string): boolean {
  return (
    /(^|[{,\s])["']?(openapi|swagger)["']?\s*:\s*["']?\d/.test(text.slice(0, 20_000)) ||
    /["']?(openapi|swagger)["']\s*:\s*"\d/.test(text)
  )
}

/**
 * Tells which specification a document follows; 3.2 reads like 3.1.
 * @throws MetaError DESCRIPTION_INVALID saying what was found instead
 */
export function recognizeDocument(value: unknown): { document: JsonRecord; dialect: Dialect } {
  const document = asRecord(value)
  if (!document) throw notOpenApi(`it is ${kindOf(value)}`)
  const version = asWord(property(document, 'openapi') ?? property(document, 'swagger'))
  if (version === undefined) throw notOpenApi(describeOther(document))
  const dialect = dialectOf(version)
  if (!dialect) {
    throw new MetaError(
      'DESCRIPTION_INVALID',
      `The description follows version "${version.slice(0, 40)}". Versions that can be read: Swagger 2.0, OpenAPI 3.0, 3.1 and 3.2.`,
      'Convert it to one of these versions and import it again.',
    )
  }
  const paths = asRecord(property(document, 'paths'))
  if (!paths || Object.keys(paths).length === 0) throw withoutPaths(document)
  const count = Object.keys(paths).length
  if (count > MOST_PATHS) {
    throw new MetaError(
      'DESCRIPTION_TOO_LARGE',
      `The description has ${count} paths; at most ${MOST_PATHS} are read.`,
      'Import a part of it.',
    )
  }
  return { document, dialect }
}

/** More than any API has; the largest that is known, Microsoft Graph, has some 10,000. */
const MOST_PATHS = 20_000

function dialectOf(version: string): Dialect | undefined {
  if (/^2(\.0)?(\.\d+)?$/.test(version)) return '2.0'
  if (/^3\.0(\.|$)/.test(version) || version === '3') return '3.0'
  return /^3\.[12](\.|$)/.test(version) ? '3.1' : undefined
}

function notOpenApi(found: string): MetaError {
  return new MetaError(
    'DESCRIPTION_INVALID',
    `This is no OpenAPI description: ${found}. Expected an object with "openapi": "3.x.y" or "swagger": "2.0", and "paths".`,
    'Give the OpenAPI description of the API itself, as JSON or YAML.',
  )
}

function withoutPaths(document: JsonRecord): MetaError {
  const paths = property(document, 'paths')
  const found = asRecord(paths) ? 'empty' : kindOf(paths)
  return new MetaError(
    'DESCRIPTION_INVALID',
    hasWebhooks(document)
      ? 'The description has webhooks only: requests that the API sends, not ones it answers. There is nothing to call.'
      : `The description has no paths ("paths" is ${found}), so there is nothing to call.`,
    'Give a description with at least one path, or declare tools by hand with add_tool.',
  )
}

function hasWebhooks(document: JsonRecord): boolean {
  return ['webhooks', 'x-webhooks'].some((name) => asRecord(property(document, name)) !== undefined)
}

/** Other documents that people hand over by mistake. */
function describeOther(document: JsonRecord): string {
  const info = asRecord(property(document, 'info'))
  if (asText(property(info, 'schema'))?.includes('getpostman')) return 'it is a Postman collection'
  if (property(document, 'asyncapi') !== undefined) return 'it is an AsyncAPI description (messages, not requests)'
  if (asRecord(property(document, 'data'))?.['__schema'] ?? property(document, '__schema')) {
    return 'it is the introspection of a GraphQL schema'
  }
  if (property(document, 'swaggerVersion') !== undefined) return 'it is a Swagger 1.x resource listing'
  if (property(document, '$schema') !== undefined) return 'it is a JSON Schema'
  const keys = Object.keys(document)
  return keys.length === 0
    ? 'it is empty'
    : `its members are ${keys
        .slice(0, 8)
        .map((key) => `"${key.slice(0, 40)}"`)
        .join(', ')}`
}
