import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { pointerTokens } from '../../../runtime/library/json-pointer.ts'
import { normalizeSchema, type SchemaScope } from './normalize-schema.ts'
import { PartSkipped } from './part-skipped.ts'
import type { Dialect } from './recognize-document.ts'
import type { Located, References } from './references.ts'

/** Schemas that one description may cost, all its operations together. */
const MOST_SCHEMAS = 600_000

/** A normalised schema with the names of the shared schemas that it refers to. */
export interface ReadSchema {
  readonly schema: JsonSchema
  readonly uses: readonly string[]
  /** Of its JSON, in characters. */
  readonly size: number
}

/**
 * The schemas that operations of a description share. Each is normalised once, when it is first needed, and has one
 * name in every tool that uses it.
 */
export class SharedSchemas {
  readonly #scope: Omit<SchemaScope, 'nameOf'>
  readonly #names = new Map<string, string>()
  readonly #places = new Map<string, Located>()
  readonly #read = new Map<string, ReadSchema>()
  readonly #missing = new Set<string>()
  #spent = 0

  constructor(references: References, dialect: Dialect, direction: SchemaScope['direction']) {
    const miss = (pointer: string) => void this.#missing.add(pointer)
    this.#scope = { references, dialect, direction, miss, spend: () => this.#spend() }
  }

  /** JSON pointers of places that schemas refer to and that do not exist. */
  missing(): readonly string[] {
    return [...this.#missing]
  }

  /** @throws PartSkipped when a reference inside points to nothing */
  read(schema: unknown, document: string): ReadSchema {
    const uses = new Set<string>()
    const nameOf = (shared: Located) => {
      const name = this.#nameOf(shared)
      uses.add(name)
      return name
    }
    const normalized = normalizeSchema(schema, document, { ...this.#scope, nameOf })
    return { schema: normalized, uses: [...uses], size: JSON.stringify(normalized).length }
  }

  /** The shared schema of a name that `read` gave. */
  definition(name: string): ReadSchema {
    const known = this.#read.get(name)
    if (known) return known
    const place = this.#places.get(name)
    if (!place) throw new Error(`No shared schema is called "${name}".`)
    const read = this.read(place.value, place.document)
    this.#read.set(name, read)
    return read
  }

  #nameOf(shared: Located): string {
    const known = this.#names.get(shared.id)
    if (known !== undefined) return known
    const wanted = nameFromPointer(shared.id)
    let name = wanted
    for (let number = 2; this.#places.has(name); number++) name = `${wanted}_${number}`
    this.#names.set(shared.id, name)
    this.#places.set(name, shared)
    return name
  }

  #spend(): void {
    if (++this.#spent > MOST_SCHEMAS) throw new PartSkipped('the description holds more schemas than can be read')
  }
}

/** `#/components/schemas/simple-user` is `simple-user`; deeper places keep their last words. */
function nameFromPointer(id: string): string {
  const tokens = pointerTokens(id.slice(id.indexOf('#') + 1))
  const isComponent = /#\/(components\/schemas|definitions|\$defs)\/[^/]+$/.test(id)
  const words = isComponent ? tokens.slice(-1) : tokens.slice(-4)
  const name = words
    .join('_')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return name.slice(0, 60) || 'schema'
}
