import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { ApiImporter, ApiOperation, ImportedApi, ImportOptions } from '../../../src/model/api-importer.ts'
import type { ApiDescription } from './api-description.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { asRecord, asText, kindOf, property, type JsonRecord } from './json-value.ts'
import { loadDocuments } from './load-documents.ts'
import { OperationNames } from './operation-names.ts'
import { applyOverlay } from './overlay.ts'
import { parseDescription } from './parse-description.ts'
import { PartSkipped } from './part-skipped.ts'
import { readOperation } from './read-operation.ts'
import { hostOf } from './read-servers.ts'
import { looksLikeOpenApi, recognizeDocument } from './recognize-document.ts'
import { References } from './references.ts'
import { SecuritySchemes } from './security-schemes.ts'
import { specWarnings } from './spec-warnings.ts'
import { SharedSchemas } from './shared-schemas.ts'
import { ToolHintReader } from './tool-hints.ts'
import { viewOperation, type PathItem } from './view-operation.ts'

/** Reads Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2, as JSON or YAML. */
export const openApiImporter: ApiImporter = { kind: 'openapi', recognizes: looksLikeOpenApi, read: readOpenApi }

async function readOpenApi(text: string, options: ImportOptions): Promise<ImportedApi> {
  const { document, dialect, skipped: notOverlaid } = readDocument(text, options.overlay)
  const texts = `${text}\n${options.overlay ?? ''}`
  const references = new References(await loadDocuments(document, texts, options), options.origin)
  const skipped: ImportedApi['skipped'][number][] = [...notOverlaid]
  const skip: ApiDescription['skip'] = (part) => skipped.push(part)
  const api: ApiDescription = {
    document,
    dialect,
    options,
    references,
    names: new OperationNames(),
    inputs: new SharedSchemas(references, dialect, 'input'),
    outputs: new SharedSchemas(references, dialect, 'output'),
    security: new SecuritySchemes(document, (value) => followOrNothing(references, value)),
    hints: new ToolHintReader(skip),
    skip,
  }
  const operations = readPaths(api)
  skipped.push(...gapsOf(api, operations))
  const hosts = operations.map(({ call }) => hostOf(call.servers)).filter((host) => host !== undefined)
  const info = asRecord(document.info)
  return {
    kind: 'openapi',
    title: cleanLine(asText(info?.title) ?? '', 120) || 'Untitled API',
    description: cleanText(asText(info?.description) ?? '', 1_000),
    version: cleanLine(asText(info?.version) ?? '', 60),
    operations,
    hosts: [...new Set(hosts)].toSorted(),
    credentials: api.security.credentials(),
    skipped,
    warnings: await specWarnings(document, text.length),
  }
}

function readDocument(text: string, overlay: string | undefined) {
  const parsed = parseDescription(text)
  if (overlay === undefined) return { ...recognizeDocument(parsed), skipped: [] }
  const { description, skipped } = applyOverlay(parsed, overlay)
  return { ...recognizeDocument(description), skipped }
}

/** What the description as a whole leaves open. */
function gapsOf(api: ApiDescription, operations: readonly ApiOperation[]): ImportedApi['skipped'] {
  const needsBase = operations.some(({ call }) => call.servers.length === 0)
  return [
    ...(needsBase ? [{ pointer: '/servers', reason: 'no absolute server address; a base URL must be given' }] : []),
    ...api.inputs.missing().map((pointer) => ({
      pointer,
      reason: 'referred to, but does not exist; inputs may hold anything in its place',
    })),
    ...api.security.undefinedSchemes().map((pointer) => ({
      pointer,
      reason: 'demanded, but not defined; an optional bearer token is offered in its place',
    })),
  ]
}

/** Servers refuse longer ones. */
const LONGEST_PATH = 2_000
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'query'] as const

function readPaths(api: ApiDescription): ApiOperation[] {
  const operations: ApiOperation[] = []
  for (const [path, value] of Object.entries(asRecord(api.document.paths) ?? {})) {
    if (path.startsWith('x-')) continue
    if (path.length > LONGEST_PATH) {
      api.skip({ pointer: '/paths', reason: `a path of ${path.length} characters; at most ${LONGEST_PATH} are read` })
      continue
    }
    const pointer = ['paths', path]
    const item = told(api, pointer, () => readPathItem(api, path, value))
    if (!item) continue
    for (const method of methodsOf(item.value)) {
      const at = [...pointer, ...method.below]
      const operation = told(api, at, () => readMethod(api, item, method, at))
      if (operation) operations.push(operation)
    }
  }
  return operations
}

/** OpenAPI 3.1, section 4.8.9: a path item may itself be a reference, with more beside it. */
function readPathItem(api: ApiDescription, path: string, value: unknown): PathItem {
  const written = asRecord(value)
  const located = api.references.follow(value, '')
  const followed = asRecord(located.value)
  if (!written || !followed) throw new PartSkipped(`expected a path item, found ${kindOf(located.value)}`)
  const { $ref: _, ...beside } = written
  const item = located.id === '' ? followed : { ...followed, ...beside }
  return { path: path.startsWith('/') ? path : `/${path}`, value: item, document: located.document }
}

interface Method {
  readonly name: string
  readonly below: readonly string[]
  readonly operation: unknown
}

/** `additionalOperations` holds other methods (OpenAPI 3.2, section 4.9). */
function methodsOf(item: JsonRecord): Method[] {
  const known = [...METHODS, 'trace']
    .filter((name) => property(item, name) !== undefined)
    .map((name) => ({ name, below: [name], operation: item[name] }))
  const others = Object.entries(asRecord(item.additionalOperations) ?? {}).map(([name, operation]) => ({
    name,
    below: ['additionalOperations', name],
    operation,
  }))
  return [...known, ...others]
}

function readMethod(
  api: ApiDescription,
  item: PathItem,
  { name, operation }: Method,
  pointer: readonly (string | number)[],
): ApiOperation {
  if (/^(trace|connect|track)$/i.test(name) || !/^[A-Za-z-]+$/.test(name)) {
    throw new PartSkipped(`method ${name.toUpperCase()} cannot be sent (Fetch standard, forbidden methods)`)
  }
  const record = asRecord(operation)
  if (!record) throw new PartSkipped(`expected an operation, found ${kindOf(operation)}`)
  const hints = api.hints.hintsFor(
    { value: record, pointer },
    { value: item.value, pointer: pointer.slice(0, 2) },
    { value: api.document, pointer: [] },
  )
  if (hints.isEnabled === false) throw new PartSkipped('left out by the description itself (x-mcp, x-speakeasy-mcp)')
  return readOperation(api, viewOperation(api, item, name, pointer, record), hints)
}

/** Runs one step; when it must be skipped, that is noted with its place. */
function told<Result>(
  api: ApiDescription,
  pointer: readonly (string | number)[],
  read: () => Result,
): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof PartSkipped)) throw error
    api.skip({
      pointer: error.below.length > 0 ? error.pointerFrom(pointer) : pointerOf(pointer),
      reason: error.message,
    })
    return undefined
  }
}

function followOrNothing(references: References, value: unknown): unknown {
  try {
    return references.follow(value, '').value
  } catch (error) {
    // A scheme that is missing is told where an operation demands it.
    if (error instanceof PartSkipped) return undefined
    throw error
  }
}
