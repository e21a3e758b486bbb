import { compute, toBinary } from './host.ts'
import { decodeUtf8, encodeUtf8, incompleteTail, NotUtf8 } from './utf8.ts'
import { toDomString } from './web-idl.ts'

/** Bytes of anything that holds bytes. @throws TypeError */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (!ArrayBuffer.isView(value)) throw new TypeError('Expected an ArrayBuffer or a view of one.')
  // There are no shared buffers here.
  return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
}

/** TextEncoder (Encoding, section 7.4). */
export class TextEncoder {
  get encoding(): string {
    return 'utf-8'
  }

  encode(text: unknown = ''): Uint8Array<ArrayBuffer> {
    return encodeUtf8(toDomString(text))
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0
    let written = 0
    for (const character of text) {
      const bytes = encodeUtf8(character)
      if (written + bytes.length > target.length) break
      target.set(bytes, written)
      read += character.length
      written += bytes.length
    }
    return { read, written }
  }

  get [Symbol.toStringTag](): string {
    return 'TextEncoder'
  }
}

interface DecoderOptions {
  readonly fatal?: boolean
  readonly ignoreBOM?: boolean
}

const UTF8 = /^\s*(utf-?8|unicode-1-1-utf-8|unicode11utf8|unicode20utf8|x-unicode20utf8)\s*$/i

/** TextDecoder (Encoding, section 7.2). UTF-8 is read here, other character sets by the process. */
export class TextDecoder {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  #rest = new Uint8Array()
  #isStarted = false

  constructor(label: unknown = 'utf-8', { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    const name = UTF8.test(toDomString(label)) ? 'utf-8' : compute('encodingName', toDomString(label))
    if (typeof name !== 'string') throw unknownEncoding(toDomString(label))
    this.encoding = name
    this.fatal = fatal
    this.ignoreBOM = ignoreBOM
  }

  decode(input: unknown = new Uint8Array(), { stream = false }: { readonly stream?: boolean } = {}): string {
    const given = bytesOf(input)
    const all = this.#rest.length > 0 ? joinBytes([this.#rest, given]) : given
    const kept = stream ? this.#tailLength(all) : 0
    this.#rest = all.slice(all.length - kept)
    const text = this.#decodeWhole(all.subarray(0, all.length - kept))
    const hasBom = !this.#isStarted && !this.ignoreBOM && text.startsWith('\uFEFF') && this.encoding.startsWith('utf-')
    this.#isStarted = stream && (this.#isStarted || text !== '')
    return hasBom ? text.slice(1) : text
  }

  #decodeWhole(bytes: Uint8Array): string {
    if (this.encoding !== 'utf-8') {
      const text = compute('decode', this.encoding, toBinary(bytes), this.fatal ? 'fatal' : '')
      if (typeof text === 'string') return text
      throw notEncoded(this.encoding)
    }
    try {
      return decodeUtf8(bytes, this.fatal)
    } catch (error) {
      if (error instanceof NotUtf8) throw notEncoded('utf-8')
      throw error
    }
  }

  /** Bytes at the end that wait for the rest of their character. */
  #tailLength(bytes: Uint8Array): number {
    if (this.encoding === 'utf-8') return incompleteTail(bytes)
    return this.encoding.startsWith('utf-16') ? bytes.length % 2 : 0
  }

  get [Symbol.toStringTag](): string {
    return 'TextDecoder'
  }
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

function unknownEncoding(label: string): RangeError {
  return Object.assign(new RangeError(`The "${label}" encoding is not supported`), {
    code: 'ERR_ENCODING_NOT_SUPPORTED',
  })
}

function notEncoded(encoding: string): TypeError {
  return Object.assign(new TypeError(`The encoded data was not valid for encoding ${encoding}`), {
    code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
  })
}
