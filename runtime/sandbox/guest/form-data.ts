import { Blob, blobBytes, File } from './blob.ts'
import { toDomString, toUsvString } from './web-idl.ts'

export type FormEntry = readonly [name: string, value: string | File]

/** FormData (XMLHttpRequest, section 4.3). */
export class FormData {
  #entries: FormEntry[] = []

  append(name: unknown, value: unknown, fileName?: unknown): void {
    this.#entries.push([toUsvString(name), entryValue(value, fileName)])
  }

  delete(name: unknown): void {
    this.#entries = this.#entries.filter(([known]) => known !== toDomString(name))
  }

  get(name: unknown): string | File | null {
    return this.#entries.find(([known]) => known === toDomString(name))?.[1] ?? null
  }

  getAll(name: unknown): (string | File)[] {
    return this.#entries.filter(([known]) => known === toDomString(name)).map(([, value]) => value)
  }

  has(name: unknown): boolean {
    return this.#entries.some(([known]) => known === toDomString(name))
  }

  set(name: unknown, value: unknown, fileName?: unknown): void {
    const entry: FormEntry = [toUsvString(name), entryValue(value, fileName)]
    const at = this.#entries.findIndex(([known]) => known === entry[0])
    if (at < 0) this.#entries.push(entry)
    else
      this.#entries = [
        ...this.#entries.slice(0, at),
        entry,
        ...this.#entries.slice(at + 1).filter(([known]) => known !== entry[0]),
      ]
  }

  forEach(visit: (value: string | File, name: string, form: FormData) => void, receiver?: unknown): void {
    for (const [name, value] of this) visit.call(receiver, value, name, this)
  }

  *entries(): IterableIterator<[string, string | File]> {
    for (const [name, value] of this.#entries) yield [name, value]
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#entries) yield name
  }

  *values(): IterableIterator<string | File> {
    for (const [, value] of this.#entries) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, string | File]> {
    return this.entries()
  }

  get [Symbol.toStringTag](): string {
    return 'FormData'
  }
}

function entryValue(value: unknown, fileName: unknown): string | File {
  if (!(value instanceof Blob)) return toUsvString(value)
  if (value instanceof File && fileName === undefined) return value
  const name = fileName === undefined ? 'blob' : toDomString(fileName)
  return new File([blobBytes(value)], name, { type: value.type })
}
