import { pointerTokens } from '../../../runtime/library/json-pointer.ts'
import { asRecord, asText, property } from './json-value.ts'
import { PartSkipped } from './part-skipped.ts'

/** A reference within a loaded document to a place that it does not have. */
export class ReferenceMissing extends PartSkipped {
  /** JSON pointer of the place. */
  readonly pointer: string

  constructor(ref: string, pointer: string) {
    super(`"$ref": "${ref.slice(0, 200)}" points to nothing`)
    this.pointer = pointer
  }
}

/** A value and where it stands. Two places with one `id` are the same place. */
export interface Located {
  readonly value: unknown
  /** The document it stands in; the empty text is the description itself. */
  readonly document: string
  /** Document and pointer as one text. */
  readonly id: string
}

/** Reference Objects: a chain of more is a circle. */
const LONGEST_CHAIN = 50

/**
 * Resolves `$ref` lazily, within documents that were loaded before (load-documents.ts). It never loads anything.
 * Relative references and JSON pointers: OpenAPI 3.1, section 4.8.23; RFC 6901, section 6.
 */
export class References {
  readonly #documents: ReadonlyMap<string, unknown>
  readonly #origin: string

  /**
   * @param documents  by absolute URL; the description itself has the empty key
   * @param origin  where the description was read, when that is known
   */
  constructor(documents: ReadonlyMap<string, unknown>, origin = '') {
    this.#documents = documents
    this.#origin = origin
  }

  /**
   * Follows a value that may be a Reference Object to what it stands for.
   * @throws PartSkipped when there is nothing, or the references go in a circle
   */
  follow(value: unknown, document: string): Located {
    let located: Located = { value, document, id: '' }
    for (let step = 0; step < LONGEST_CHAIN; step++) {
      const ref = asText(property(asRecord(located.value), '$ref'))
      if (ref === undefined) return located
      located = this.resolve(ref, located.document)
    }
    throw new PartSkipped(`"$ref" chains go in a circle, beginning at ${JSON.stringify(value).slice(0, 120)}`)
  }

  /** One step: the value that a `$ref` in a document names. */
  resolve(ref: string, document: string): Located {
    const [address = '', fragment = ''] = ref.split('#', 2)
    const base = document === '' ? this.#origin : document
    const url = address === '' ? document : absoluteUrl(address, base)
    const target = url === this.#origin ? '' : url
    const root = target === undefined ? undefined : this.#documents.get(target)
    if (target === undefined || root === undefined) {
      throw new PartSkipped(`"$ref": "${ref.slice(0, 200)}" points to another document, which was not loaded`)
    }
    const pointer = decodeFragment(fragment)
    const value = pointer === '' ? root : walk(root, pointer)
    if (value === undefined) throw new ReferenceMissing(ref, pointer)
    return { value, document: target, id: `${target}#${pointer}` }
  }
}

/**
 * A reference's document as an absolute URL; undefined when it can be none. Only what was read from a file itself may
 * point to files, and who loads them says which.
 */
export function absoluteUrl(address: string, base: string): string | undefined {
  const url = URL.canParse(address, base === '' ? undefined : base) ? new URL(address, base || undefined) : undefined
  const isFile = url?.protocol === 'file:' && base.startsWith('file:')
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:' && !isFile) return undefined
  url.hash = ''
  return url.href
}

function walk(root: unknown, pointer: string): unknown {
  if (!pointer.startsWith('/')) return findAnchor(root, pointer)
  let value = root
  for (const token of pointerTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
    // Own members of lists and objects are read by name alike.
    value = (value as Record<string, unknown>)[token]
  }
  return value
}

/** `#name`: only schemas of the components are searched, which is where anchors are written. */
function findAnchor(root: unknown, name: string): unknown {
  const schemas = asRecord(property(asRecord(property(asRecord(root), 'components')), 'schemas'))
  return Object.values(schemas ?? {}).find((schema) => property(asRecord(schema), '$anchor') === name)
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
