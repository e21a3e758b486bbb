/** Property names of one object: those of the XML, made fit for JSON Schema of tools and each its own. */
export class PropertyNames {
  readonly #taken: Set<string>

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  /** @param alternative  is tried when the name is taken; then numbers follow */
  nameFor(name: string, alternative = name): string {
    const [plain, other] = [name, alternative].map((text) => text.replace(/[^\w.-]/g, '_').slice(0, LONGEST) || '_')
    const found =
      [plain, other].find((each) => each !== undefined && !this.#isTaken(each)) ?? this.#numbered(`${other}`)
    this.#taken.add(found)
    return found
  }

  #isTaken(name: string): boolean {
    return this.#taken.has(name) || RESERVED.has(name)
  }

  #numbered(name: string): string {
    for (let number = 2; ; number++) {
      const candidate = `${name}_${number}`
      if (!this.#isTaken(candidate)) return candidate
    }
  }
}

/** The Claude API takes 64 characters; a number may follow. */
const LONGEST = 58
const RESERVED = new Set(['__proto__'])
