import { ReadableStream } from './readable-stream.ts'
import { bytesOf, joinBytes, TextDecoder } from './text-encoding.ts'
import { encodeUtf8 } from './utf8.ts'
import { toDomString, toUsvString } from './web-idl.ts'

interface BlobOptions {
  readonly type?: unknown
  readonly endings?: unknown
}

/** The bytes of a blob, which do not change. Known to other modules of the guest alone. */
export let blobBytes: (blob: Blob) => Uint8Array<ArrayBuffer>

/** Blob (File API, section 3). */
export class Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #type: string

  static {
    blobBytes = (blob) => blob.#bytes
  }

  constructor(parts: Iterable<unknown> = [], { type = '' }: BlobOptions = {}) {
    this.#bytes = joinBytes(Array.from(parts, partBytes))
    const text = toDomString(type)
    this.#type = /^[\x20-\x7E]*$/.test(text) ? text.toLowerCase() : ''
  }

  get size(): number {
    return this.#bytes.length
  }

  get type(): string {
    return this.#type
  }

  slice(start?: number, end?: number, type: unknown = ''): Blob {
    return new Blob([this.#bytes.slice(start, end)], { type })
  }

  async text(): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#bytes)
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes.slice()
  }

  stream(): ReadableStream {
    return streamOfBytes(this.#bytes)
  }

  get [Symbol.toStringTag](): string {
    return 'Blob'
  }
}

/** File (File API, section 4). */
export class File extends Blob {
  readonly name: string
  readonly lastModified: number

  constructor(
    parts: Iterable<unknown>,
    name: unknown,
    options: BlobOptions & { readonly lastModified?: unknown } = {},
  ) {
    super(parts, options)
    this.name = toUsvString(name)
    this.lastModified = Number(options.lastModified ?? Date.now())
  }

  override get [Symbol.toStringTag](): string {
    return 'File'
  }
}

export function streamOfBytes(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    pull(controller) {
      if (bytes.length > 0) controller.enqueue(bytes.slice())
      controller.close()
    },
  })
}

function partBytes(part: unknown): Uint8Array {
  if (part instanceof Blob) return blobBytes(part)
  if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return bytesOf(part).slice()
  return encodeUtf8(toDomString(part))
}
