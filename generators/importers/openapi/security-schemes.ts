import type { Credential } from '../../../runtime/library/http-call.ts'
import { pointerOf, valueAt } from '../../../runtime/library/json-pointer.ts'
import { cleanLine } from './clean-text.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'
import { clientCredentials, waysOf } from './oauth-client.ts'
import { secretName, titleWords, words } from './secret-names.ts'
import { readScheme, type Scheme } from './security-scheme.ts'

/** What an operation demands, in credentials; `problems` says which schemes could not be used. */
export interface Security {
  readonly alternatives: readonly (readonly string[])[]
  readonly problems: readonly string[]
}

/** Of one operation; what is beyond is not offered. */
const MOST_ALTERNATIVES = 20

/**
 * The security schemes of a description and the credentials they become. Each is bound to the hosts of the
 * operations that use it. OpenAPI 3.1, sections 4.8.27 and 4.8.30; Swagger 2.0: securityDefinitions.
 */
export class SecuritySchemes {
  readonly #schemes = new Map<string, Scheme>()
  readonly #hosts = new Map<string, Set<string>>()
  readonly #inherited: unknown
  readonly #title: string
  /** Where the description defines its schemes. */
  readonly #place: readonly string[]
  readonly #guessed = new Set<string>()
  /** The credential that is offered where the description forgets to name one. */
  readonly #undeclared: string | undefined

  /** @param follow  resolves a value that may be a Reference Object */
  constructor(document: JsonRecord, follow: (value: unknown) => unknown) {
    this.#place = document.swagger === undefined ? ['components', 'securitySchemes'] : ['securityDefinitions']
    this.#title = titleWords(asText(property(asRecord(document.info), 'title')) ?? '')
    const entries = Object.entries(asRecord(valueAt(document, pointerOf(this.#place))) ?? {})
    for (const [key, value] of entries) {
      const scheme = asRecord(follow(value))
      this.#schemes.set(
        key,
        readScheme(key, scheme ?? {}, (suffix) => this.#freeName(this.#title, suffix, key)),
      )
    }
    this.#inherited = property(document, 'security')
    if (entries.length > 0 || !answers401(document)) return
    const name = this.#freeName(this.#title, 'TOKEN', '')
    this.#schemes.set('', { kind: 'credential', name, placement: { type: 'bearer' }, purpose: UNDECLARED })
    this.#undeclared = name
  }

  /** What an operation demands: its own `security`, else that of the description. */
  demandedBy(operation: JsonRecord): Security {
    const written = property(operation, 'security') ?? this.#inherited
    if (written === undefined && this.#undeclared !== undefined) {
      return { alternatives: [[this.#undeclared], []], problems: [] }
    }
    const problems: string[] = []
    const alternatives: string[][] = []
    for (const requirement of asList(written).slice(0, MOST_ALTERNATIVES)) {
      const keys = Object.keys(asRecord(requirement) ?? {})
      const schemes = keys.map((key) => this.#schemes.get(key) ?? this.#guess(key))
      const unusable = schemes.filter((scheme) => scheme.kind === 'unsupported')
      problems.push(...unusable.map(({ reason }) => reason))
      if (unusable.length > 0) continue
      const usable = schemes.filter((scheme) => scheme.kind === 'credential')
      alternatives.push(...combinations(usable))
      for (const [index, { client }] of usable.entries()) {
        for (const scope of asList(asRecord(requirement)?.[keys[index] ?? ''])) client?.scopes.add(String(scope))
      }
      if (keys.some((key) => this.#guessed.has(key))) alternatives.push([])
    }
    return { alternatives, problems: [...new Set(problems)] }
  }

  /** JSON pointers of schemes that operations demand and that do not exist. */
  undefinedSchemes(): readonly string[] {
    return [...this.#guessed].map((key) => pointerOf([...this.#place, key]))
  }

  /** Binds credentials to a host that an operation reaches with them. */
  bind(names: Iterable<string>, host: string): void {
    for (const name of names) {
      const hosts = this.#hosts.get(name) ?? new Set()
      this.#hosts.set(name, hosts.add(host))
    }
  }

  /** Whether a parameter repeats what a credential of the operation sends already. */
  covers({ alternatives }: Security, place: string, name: string): boolean {
    const used = new Set(alternatives.flat())
    return [...this.#schemes.values()].some(
      (scheme) =>
        scheme.kind === 'credential' &&
        used.has(scheme.name) &&
        scheme.placement.type === 'apiKey' &&
        scheme.placement.in === place &&
        scheme.placement.name.toLowerCase() === name.toLowerCase(),
    )
  }

  /** Those that operations use, sorted by name. */
  credentials(): readonly Credential[] {
    const used: Credential[] = []
    for (const scheme of this.#schemes.values()) {
      const hosts = scheme.kind === 'credential' ? this.#hosts.get(scheme.name) : undefined
      if (scheme.kind !== 'credential' || !hosts) continue
      const { name, placement, purpose, client } = scheme
      used.push({ name, hosts: [...hosts].toSorted(), placement, purpose })
      if (client) used.push(...clientCredentials(client, [...hosts]))
    }
    return used.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }

  /** A scheme that is demanded but not defined: most APIs take a token. */
  #guess(key: string): Scheme {
    const name = this.#freeName(this.#title, 'TOKEN', key)
    const purpose = `Optional: the description does not define its security scheme "${cleanLine(key, 40)}"; sent as a bearer token when set`
    const scheme: Scheme = { kind: 'credential', name, placement: { type: 'bearer' }, purpose }
    this.#guessed.add(key)
    this.#schemes.set(key, scheme)
    return scheme
  }

  #freeName(title: string, suffix: string, key: string): string {
    const taken = new Set(
      [...this.#schemes.values()].flatMap((scheme) =>
        scheme.kind === 'credential' ? [scheme.name, scheme.client?.name, scheme.client?.login?.name] : [],
      ),
    )
    const wanted = [`${title}_${suffix}`, `${title}_${words(key)}_${suffix}`.replace(/__+/g, '_')].map(secretName)
    const free = wanted.find((name) => !taken.has(name))
    if (free !== undefined) return free
    for (let number = 2; ; number++) {
      const name = secretName(`${title}_${suffix}_${number}`)
      if (!taken.has(name)) return name
    }
  }
}

/** Every way to meet schemes that are demanded together; tokens of one's own come first. */
function combinations(schemes: readonly Extract<Scheme, { kind: 'credential' }>[]): string[][] {
  let combined: string[][] = [[]]
  for (const { name, client } of schemes) {
    const ways = [[name], ...(client ? waysOf(client) : [])]
    combined = combined.flatMap((names) => ways.map((way) => [...names, ...way])).slice(0, MOST_ALTERNATIVES)
  }
  return combined
}

const UNDECLARED = 'Optional: the description declares no security, yet answers 401; sent as a bearer token when set'

/** GitHub's description is such a one. */
function answers401(document: JsonRecord): boolean {
  return Object.values(asRecord(document.paths) ?? {}).some((item) =>
    Object.values(asRecord(item) ?? {}).some(
      (operation) => property(asRecord(property(asRecord(operation), 'responses')), '401') !== undefined,
    ),
  )
}
