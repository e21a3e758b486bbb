import { sample } from 'openapi-sampler'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { isJsonType } from '../../../runtime/library/media-type.ts'
import { pointerTokens } from '../../../runtime/library/json-pointer.ts'
import { asList, asRecord, type JsonRecord, property } from './json-value.ts'
import { applyOverlay } from './overlay.ts'
import { parseDescription } from './parse-description.ts'
import { PartSkipped } from './part-skipped.ts'
import { looksLikeOpenApi, recognizeDocument } from './recognize-document.ts'
import { References } from './references.ts'

/** An answer that an operation could give. */
export interface SampledAnswer {
  readonly status: number
  readonly contentType: string
  /** A JSON value, or a text where the media type is not JSON. */
  readonly body: unknown
  /** Bytes, in place of the body. */
  readonly base64?: string
  readonly from: 'example' | 'schema'
}

/**
 * What an operation answers when all goes well: the description's own example, else one made of its schema.
 * @returns undefined when the description is none of OpenAPI, or shows no answer
 */
export function sampleAnswer(text: string, pointer: string, overlay?: string): SampledAnswer | undefined {
  if (!looksLikeOpenApi(text)) return undefined
  const parsed = parseDescription(text)
  const { document } = recognizeDocument(overlay === undefined ? parsed : applyOverlay(parsed, overlay).description)
  const references = new References(new Map([['', document]]))
  const follow = (value: unknown): JsonRecord | undefined => followed(references, value)
  let operation: JsonRecord | undefined = document
  // A path item may be a reference itself.
  for (const token of pointerTokens(pointer)) operation = follow(property(operation, token))
  const [status, answer] = success(asRecord(operation?.responses))
  const described = follow(answer)
  if (!described) return undefined
  const contents = contentsOf(described)
  const [contentType, media] = contents.find(([type]) => isJsonType(type)) ?? contents[0] ?? []
  if (contentType === undefined) return { status, contentType: 'text/plain', body: '', from: 'schema' }
  const example = exampleOf(media, follow)
  if (example !== undefined) return { status, contentType, body: example, from: 'example' }
  if (!isJsonType(contentType)) return { status, contentType, body: '', from: 'schema' }
  return { status, contentType, body: sampleSchema(asRecord(media?.schema) ?? {}, document), from: 'schema' }
}

/**
 * A value that fits a schema.
 * @param document  where its references point to; the schema itself unless given
 */
export function sampleSchema(schema: JsonSchema, document: JsonRecord = schema): unknown {
  let value: unknown = {}
  let length = 0
  try {
    for (let depth = 1; depth <= DEEPEST; depth++) {
      const deeper = sample(schema, { skipWriteOnly: true, quiet: true, maxSampleDepth: depth }, document)
      const grown = JSON.stringify(deeper).length
      if (grown > LARGEST) break
      value = deeper
      // Where schemas refer to each other, the next level grows as this one did.
      if (length > 0 && grown * (grown / length) > 10 * LARGEST) break
      length = grown
    }
    return value
  } catch {
    // It refers to a document that is not here, or to nothing.
    return {}
  }
}

const DEEPEST = 7
/** Characters of JSON. */
const LARGEST = 100_000

/** OpenAPI 3.1, section 4.8.16: the first described success, `2XX` or `default` after single codes. */
function success(responses: JsonRecord | undefined): [number, unknown] {
  const codes = Object.keys(responses ?? {}).filter((code) => /^2\d\d$/.test(code))
  const code = codes.toSorted()[0] ?? ['2XX', '2xx', 'default'].find((name) => responses && name in responses)
  return [Number(codes.toSorted()[0] ?? 200), code === undefined ? undefined : responses?.[code]]
}

/** Swagger 2.0, section 5.2.14: a response has one schema, and examples by media type. */
function contentsOf(answer: JsonRecord): [string, JsonRecord | undefined][] {
  const content = asRecord(answer.content)
  if (content) return Object.entries(content).map(([type, media]) => [type, asRecord(media)])
  const examples = Object.entries(asRecord(answer.examples) ?? {})
  if (examples.length > 0) return examples.map(([type, example]) => [type, { example, schema: answer.schema }])
  return answer.schema === undefined ? [] : [['application/json', { schema: answer.schema }]]
}

function exampleOf(media: JsonRecord | undefined, follow: (value: unknown) => JsonRecord | undefined): unknown {
  if (media?.example !== undefined) return media.example
  const [first] = Object.values(asRecord(media?.examples) ?? {})
  const named = follow(first)?.value
  if (named !== undefined) return named
  const schema = follow(media?.schema)
  return schema?.example ?? asList(schema?.examples)[0]
}

function followed(references: References, value: unknown): JsonRecord | undefined {
  try {
    return asRecord(references.follow(value, '').value)
  } catch (error) {
    // What points to nothing, or to another document, gives no example.
    if (error instanceof PartSkipped) return undefined
    throw error
  }
}
