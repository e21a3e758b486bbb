import { bytesOfFile, isFileArgument } from './file-argument.ts'
import type { PartEncoding } from './http-call.ts'
import { joinList, textOf } from './serialize-parameter.ts'

/** Names and values of a multipart body as bytes, with the boundary that separates them. */
export interface MultipartBody {
  readonly contentType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Writes multipart/form-data (RFC 7578) or another multipart type. Lists repeat their part; texts are text/plain,
 * objects JSON, files octet streams unless the encoding or the file says otherwise (OpenAPI 3.1.1, section 4.8.15).
 */
export function writeMultipart(
  fields: Readonly<Record<string, unknown>>,
  encoding: Readonly<Record<string, PartEncoding>>,
  mediaType: string,
): MultipartBody {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .flatMap(([name, value]) => {
      const partEncoding = Object.hasOwn(encoding, name) ? encoding[name] : undefined
      const { separators } = partEncoding ?? {}
      if (separators && Array.isArray(value)) return [partOf(name, joinList(value, separators), partEncoding)]
      return (Array.isArray(value) ? value : [value]).map((item) => partOf(name, item, partEncoding))
    })
  const boundary = `mcp-${crypto.randomUUID()}`
  const lines = parts.flatMap((part) => [`--${boundary}\r\n${part.head}\r\n\r\n`, part.body, '\r\n'])
  return {
    contentType: `${mediaType}; boundary=${boundary}`,
    bytes: concatenate([...lines, `--${boundary}--\r\n`]),
  }
}

interface Part {
  readonly head: string
  readonly body: string | Uint8Array
}

function partOf(name: string, value: unknown, encoding: PartEncoding | undefined): Part {
  const declared = concreteType(encoding?.contentType)
  const headers = Object.entries(encoding?.headers ?? {}).map(([header, text]) => `\r\n${header}: ${oneLine(text)}`)
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"`
  if (isFileArgument(value)) {
    const type = oneLine(value.mediaType ?? declared ?? 'application/octet-stream')
    const filename = quoted(value.filename ?? name)
    return {
      head: `${disposition}; filename="${filename}"\r\nContent-Type: ${type}${headers.join('')}`,
      body: bytesOfFile(value, name),
    }
  }
  const type = declared ?? (typeof value === 'object' ? 'application/json' : undefined)
  return {
    head: `${disposition}${type ? `\r\nContent-Type: ${type}` : ''}${headers.join('')}`,
    body: textOf(value),
  }
}

/** An encoding may list several types or a range; only one exact type can be sent. */
function concreteType(contentType: string | undefined): string | undefined {
  const first = contentType?.split(',')[0]?.trim()
  return first && !first.includes('*') ? oneLine(first) : undefined
}

/** Names in a disposition: HTML, section 4.10.22.8 (multipart form data). */
function quoted(text: string): string {
  return text.toWellFormed().replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A line break in a header would start a header of its own. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}

function concatenate(chunks: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const encoded = chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk))
  const bytes = new Uint8Array(encoded.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of encoded) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
