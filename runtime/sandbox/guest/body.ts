import { Blob, blobBytes, streamOfBytes } from './blob.ts'
import { FormData } from './form-data.ts'
import type { Headers } from './headers.ts'
import { readMultipart, writeMultipart } from './multipart.ts'
import { isDisturbed, readAll, ReadableStream } from './readable-stream.ts'
import { bytesOf, TextDecoder } from './text-encoding.ts'
import { URLSearchParams } from './url-search-params.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'
import { toDomString } from './web-idl.ts'

export type BodySource = Uint8Array<ArrayBuffer> | ReadableStream | null

export interface ExtractedBody {
  readonly source: BodySource
  /** The content type it brings along. */
  readonly type: string | undefined
}

/** Reads what was given as a body (Fetch, section 5.2). */
export function extractBody(init: unknown): ExtractedBody {
  if (init === null || init === undefined) return { source: null, type: undefined }
  if (init instanceof ReadableStream) {
    if (init.locked || isDisturbed(init)) throw new TypeError('Response body object should not be disturbed or locked')
    return { source: init, type: undefined }
  }
  if (init instanceof Blob) return { source: blobBytes(init), type: init.type || undefined }
  if (init instanceof FormData) {
    const { bytes, type } = writeMultipart(init)
    return { source: bytes, type }
  }
  if (init instanceof URLSearchParams) {
    return { source: encodeUtf8(init.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  if (init instanceof ArrayBuffer || ArrayBuffer.isView(init)) return { source: bytesOf(init).slice(), type: undefined }
  if (typeof init === 'object' && Symbol.asyncIterator in init) {
    return { source: ReadableStream.from(init as AsyncIterable<unknown>), type: undefined }
  }
  return { source: encodeUtf8(toDomString(init)), type: 'text/plain;charset=UTF-8' }
}

/** Gives a copy of a body, and leaves the body as good as it was. Known to Request and Response alone. */
export let cloneSource: (body: Body) => BodySource
/** Takes a body over: the one it was is used. */
export let takeSource: (body: Body) => BodySource

/** What requests and responses have in common (Fetch, section 5.3). */
export abstract class Body {
  abstract readonly headers: Headers
  #source: BodySource
  #stream: ReadableStream | undefined
  #isTaken = false

  static {
    cloneSource = (body) => body.#clone()
    takeSource = (body) => body.#take()
  }

  constructor(source: BodySource) {
    this.#source = source
    if (source instanceof ReadableStream) this.#stream = source
  }

  get body(): ReadableStream | null {
    if (this.#source === null) return null
    if (!this.#stream) {
      // A stream would have been there from the beginning.
      this.#stream = streamOfBytes(this.#source as Uint8Array)
      // It is empty and without a reader, so nothing can go wrong.
      if (this.#isTaken) void this.#stream.cancel()
    }
    return this.#stream
  }

  get bodyUsed(): boolean {
    return this.#isTaken || (this.#stream !== undefined && isDisturbed(this.#stream))
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.#take()
    if (source === null) return new Uint8Array()
    return source instanceof ReadableStream ? await readAll(source) : source.slice()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' })
  }

  async formData(): Promise<FormData> {
    const type = this.headers.get('content-type') ?? ''
    const bytes = await this.bytes()
    if (/^multipart\/form-data/i.test(type)) return readMultipart(bytes, type)
    if (!/^application\/x-www-form-urlencoded/i.test(type)) {
      throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".')
    }
    const form = new FormData()
    for (const [name, value] of new URLSearchParams(decodeUtf8(bytes, false))) form.append(name, value)
    return form
  }

  #take(): BodySource {
    if (this.#source === null) return null
    if (this.bodyUsed || this.#stream?.locked) throw new TypeError('Body is unusable: Body has already been read')
    this.#isTaken = true
    return this.#stream ?? this.#source
  }

  #clone(): BodySource {
    if (this.#source === null) return null
    if (this.bodyUsed || this.#stream?.locked) throw new TypeError('Response.clone: Body has already been consumed.')
    if (!this.#stream) return this.#source
    const [own, other] = this.#stream.tee()
    this.#stream = own
    return other
  }
}
