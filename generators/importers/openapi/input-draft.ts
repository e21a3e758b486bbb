import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { ReadSchema } from './shared-schemas.ts'

/** The input of one operation while its arguments are found. */
export class InputDraft {
  readonly #properties = new Map<string, JsonSchema>()
  readonly #required: string[] = []
  readonly #uses = new Set<string>()

  /**
   * Adds an argument under the first of `names` that is free.
   * @returns the name it was given
   */
  add(names: readonly string[], { schema, uses }: ReadSchema, isRequired: boolean): string {
    const name = names.find((candidate) => !this.#properties.has(candidate)) ?? this.#numbered(names[0] ?? 'argument')
    this.#properties.set(name, schema)
    if (isRequired) this.#required.push(name)
    for (const use of uses) this.#uses.add(use)
    return name
  }

  has(name: string): boolean {
    return this.#properties.has(name)
  }

  /** The whole as a schema with an object at its root; shared schemas are still to be added. */
  finish(): ReadSchema {
    const schema = {
      type: 'object',
      properties: Object.fromEntries(this.#properties),
      ...(this.#required.length > 0 && { required: this.#required }),
      additionalProperties: false,
    }
    return { schema, uses: [...this.#uses], size: JSON.stringify(schema).length }
  }

  #numbered(name: string): string {
    for (let number = 2; ; number++) {
      if (!this.#properties.has(`${name}_${number}`)) return `${name}_${number}`
    }
  }
}
