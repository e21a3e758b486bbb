import { encodeBase64 } from './base64.ts'
import { CallRefused } from './call-refused.ts'
import { isInputNeeded } from './input-needed.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Operation } from './operation.ts'

/** What a resource of the server holds. */
export type ResourceContent = { readonly mediaType?: string } & (
  | { readonly text: string }
  | { readonly base64: string }
)

/** @returns undefined when the server has no such resource */
export type ReadResource = (uri: string) => Promise<ResourceContent | undefined>

type Input = Readonly<Record<string, unknown>>

/**
 * Puts the bytes into the files of a body that were given as a URI: a `data:` URI (RFC 2397), or a resource of this
 * server. Which arguments are files, the input's schema says.
 * @returns the input, in which each file has its `base64`
 * @throws CallRefused when a file is given in another way, naming the argument
 * @throws InputNeeded when the code of a resource asks the client something
 */
export async function loadFiles(
  { call, inputSchema }: Pick<Operation, 'call' | 'inputSchema'>,
  input: Input,
  readResource: ReadResource = async () => undefined,
): Promise<Input> {
  const argument = call.body?.kind === 'argument' ? call.body.argument : undefined
  if (argument === undefined || !isRecord(input[argument])) return input
  const schema = propertyOf(inputSchema, argument)
  const body = input[argument]
  if (isFileSchema(schema)) return { ...input, [argument]: await loadFile(body, argument, readResource) }
  const fields = Object.entries(body).map(async ([name, value]) => {
    return [name, await loadField(value, propertyOf(schema, name), `${argument}.${name}`, readResource)] as const
  })
  return { ...input, [argument]: Object.fromEntries(await Promise.all(fields)) }
}

/** A file, a list of files, or what is neither. */
async function loadField(value: unknown, schema: unknown, path: string, readResource: ReadResource): Promise<unknown> {
  if (isFileSchema(schema) && isRecord(value)) return loadFile(value, path, readResource)
  if (!Array.isArray(value) || !isRecord(schema) || !isFileSchema(schema['items'])) return value
  return Promise.all(value.map((item, index) => loadField(item, schema['items'], `${path}[${index}]`, readResource)))
}

async function loadFile(file: Input, path: string, readResource: ReadResource): Promise<Input> {
  const { uri, ...given } = file
  if ((uri === undefined) === (given['base64'] === undefined)) {
    throw new CallRefused(`The file in "${path}" must have either "base64" or "uri". Give one of them and call again.`)
  }
  if (typeof uri !== 'string') return file
  const content = /^data:/i.test(uri) ? readDataUri(uri, path) : await readOwn(uri, path, readResource)
  const bytes = 'base64' in content ? content.base64 : encodeBase64(new TextEncoder().encode(content.text))
  return { ...(content.mediaType && { mediaType: content.mediaType }), ...given, base64: bytes }
}

async function readOwn(uri: string, path: string, readResource: ReadResource): Promise<ResourceContent> {
  let content: ResourceContent | undefined
  try {
    content = await readResource(uri)
  } catch (error) {
    if (isInputNeeded(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CallRefused(`The file in "${path}" could not be read from ${shortened(uri)}: ${reason}`, { cause: error })
  }
  if (content) return content
  throw new CallRefused(
    `The file in "${path}" is ${shortened(uri)}, which is no resource of this server; nothing is fetched from elsewhere. Give its bytes as base64, a data: URI, or a URI that resources/list or resources/templates/list names.`,
  )
}

/** RFC 2397, section 2; without a type it is text. */
function readDataUri(uri: string, path: string): ResourceContent {
  const [, head = '', written] = /^data:([^,]*),(.*)$/is.exec(uri) ?? []
  if (written === undefined) throw new CallRefused(`The data: URI in "${path}" has no comma before its data. Add it.`)
  const isBase64 = /;\s*base64\s*$/i.test(head)
  const mediaType = head.replace(/;\s*base64\s*$/i, '') || 'text/plain;charset=US-ASCII'
  const bytes = percentDecode(written)
  return { mediaType, base64: isBase64 ? new TextDecoder().decode(bytes) : encodeBase64(bytes) }
}

function percentDecode(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const code = bytes[index] === 0x25 ? hexAt(bytes, index + 1) : undefined
    bytes[length++] = code ?? bytes[index] ?? 0
    if (code !== undefined) index += 2
  }
  return bytes.subarray(0, length)
}

function hexAt(bytes: Uint8Array, index: number): number | undefined {
  const digits = String.fromCharCode(bytes[index] ?? 0, bytes[index + 1] ?? 0)
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}

/** As importers write it: an object that takes both `base64` and `uri`. */
function isFileSchema(schema: unknown): boolean {
  return propertyOf(schema, 'base64') !== undefined && propertyOf(schema, 'uri') !== undefined
}

function propertyOf(schema: unknown, name: string): unknown {
  const properties = isRecord(schema) ? schema['properties'] : undefined
  return isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
}

function shortened(uri: string): string {
  return uri.length > 200 ? `${uri.slice(0, 200)}…` : uri
}

function isRecord(value: unknown): value is JsonSchema & Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
