import { blobBytes, File } from './blob.ts'
import { FormData } from './form-data.ts'
import { compute, toBinary } from './host.ts'
import { joinBytes } from './text-encoding.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** A form as multipart/form-data (HTML, section 4.10.21.8). */
export function writeMultipart(form: FormData): { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string } {
  const boundary = `----formdata-${randomText()}`
  const parts: Uint8Array[] = []
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(withCrLf(name))}"`
    if (typeof value === 'string') parts.push(encodeUtf8(`${head}\r\n\r\n${withCrLf(value)}\r\n`))
    else {
      const type = value.type || 'application/octet-stream'
      const file = `${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`
      parts.push(encodeUtf8(file), blobBytes(value), encodeUtf8('\r\n'))
    }
  }
  parts.push(encodeUtf8(`--${boundary}--\r\n`))
  return { bytes: joinBytes(parts), type: `multipart/form-data; boundary=${boundary}` }
}

/** @throws TypeError when the bytes are no such form */
export function readMultipart(bytes: Uint8Array, contentType: string): FormData {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (!boundary) throw notAForm()
  // One character a byte, so that places in the text are places in the bytes.
  const text = `\r\n${toBinary(bytes)}`
  const form = new FormData()
  const sections = text.split(`\r\n--${toBinary(encodeUtf8(boundary))}`)
  if (sections.length < 2 || !sections.at(-1)?.startsWith('--')) throw notAForm()
  for (const section of sections.slice(1, -1)) readSection(section, form)
  return form
}

function readSection(section: string, form: FormData): void {
  const end = section.indexOf('\r\n\r\n')
  if (end < 0) throw notAForm()
  const head = fromBinaryText(section.slice(0, end))
  const content = section.slice(end + 4)
  const name = / name="([^"]*)"/i.exec(head)?.[1]
  if (name === undefined) throw notAForm()
  const fileName = / filename="([^"]*)"/i.exec(head)?.[1]
  if (fileName === undefined) return form.append(unescapeName(name), fromBinaryText(content))
  const type = /\r\ncontent-type:[ \t]*([^\r\n]+)/i.exec(head)?.[1] ?? 'text/plain'
  form.append(unescapeName(name), new File([binaryBytes(content)], unescapeName(fileName), { type }))
}

function randomText(): string {
  const random = compute('randomBytes', '8')
  return Array.from(String(random), (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

function withCrLf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}

function escapeName(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
}

function unescapeName(name: string): string {
  return name.replaceAll(/%0A/gi, '\n').replaceAll(/%0D/gi, '\r').replaceAll('%22', '"')
}

function fromBinaryText(text: string): string {
  return decodeUtf8(binaryBytes(text), false)
}

function binaryBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function notAForm(): TypeError {
  return new TypeError('Failed to parse body as FormData.')
}
