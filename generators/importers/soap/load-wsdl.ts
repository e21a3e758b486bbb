import { parseXml, type XmlNode, XmlRefused } from '../../../runtime/library/soap/xml-tree.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import type { ImportOptions } from '../../../src/model/api-importer.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { descriptionTooLarge } from '../openapi/text-budget.ts'
import { XSD } from '../../../runtime/library/soap/soap-protocol.ts'
import { isWsdl2, WSDL } from './recognize-wsdl.ts'

/** Documents of one description; a description in more parts is not read to its end. */
const MOST_DOCUMENTS = 100
/** Characters of all of them; a tree takes some ten bytes for each. */
const MOST_CHARACTERS = 12_000_000

export interface WsdlDocuments {
  readonly definitions: readonly XmlNode[]
  /** A schema without a namespace of its own has that of the one that includes it (XML Schema part 1, section 4.2.1). */
  readonly schemas: readonly { readonly node: XmlNode; readonly namespace: string }[]
  readonly skipped: readonly SkippedPart[]
}

/**
 * Reads a WSDL with all that it imports and includes, through `options.loadReference` alone.
 * @throws MetaError DESCRIPTION_INVALID, DESCRIPTION_TOO_LARGE
 */
export async function loadWsdl(text: string, { origin, loadReference }: ImportOptions): Promise<WsdlDocuments> {
  const found = new FoundDocuments()
  found.take(readDocument(text), origin ?? '', '')
  for (let next = found.next(); next; next = found.next()) {
    try {
      if (!loadReference) throw new Error('nothing else can be read from here')
      const loaded = await loadReference(next.url)
      found.take(readDocument(loaded), next.url, next.namespace)
    } catch (error) {
      found.skip(`"${next.url}" could not be read: ${reasonOf(error)}; what it defines is missing`)
    }
  }
  return found
}

function readDocument(text: string): XmlNode {
  if (text.length > MOST_CHARACTERS) throw descriptionTooLarge(`has more than ${MOST_CHARACTERS} characters`)
  if (isWsdl2(text)) {
    throw invalid(
      'it is written in WSDL 2.0, and only WSDL 1.1 is read',
      'Ask the service for its WSDL 1.1: most have both.',
    )
  }
  try {
    return parseXml(text)
  } catch (error) {
    if (error instanceof XmlRefused) throw invalid(error.message)
    throw error
  }
}

/** The documents that were read, and those that they name. */
class FoundDocuments implements WsdlDocuments {
  readonly definitions: XmlNode[] = []
  readonly schemas: { node: XmlNode; namespace: string }[] = []
  readonly skipped: SkippedPart[] = []
  readonly #waiting: { readonly url: string; readonly namespace: string }[] = []
  readonly #seen = new Set<string>()

  /** @param namespace  of the schema that includes it */
  take(root: XmlNode, base: string, namespace: string): void {
    if (root.namespace === WSDL && root.name === 'definitions') this.#takeDefinitions(root, base)
    else if (root.namespace === XSD && root.name === 'schema') this.#takeSchema(root, base, namespace)
    else throw invalid(`its root is "${root.name.slice(0, 60)}"; expected "definitions" of WSDL 1.1`)
  }

  next(): { readonly url: string; readonly namespace: string } | undefined {
    if (this.definitions.length + this.schemas.length < MOST_DOCUMENTS || this.#waiting.length === 0)
      return this.#waiting.shift()
    this.skip(`it has more than ${MOST_DOCUMENTS} documents; the others are not read`)
    return undefined
  }

  skip(reason: string): void {
    this.skipped.push({ pointer: '/definitions/types', reason: reason.slice(0, 400) })
  }

  #takeDefinitions(root: XmlNode, base: string): void {
    this.definitions.push(root)
    for (const child of root.children) {
      if (child.namespace !== WSDL) continue
      if (child.name === 'import') this.#want(child.attributes.get('location'), base, '')
      if (child.name === 'types')
        for (const schema of child.children) if (schema.namespace === XSD) this.#takeSchema(schema, base, '')
    }
  }

  #takeSchema(root: XmlNode, base: string, including: string): void {
    const namespace = root.attributes.get('targetNamespace') ?? including
    this.schemas.push({ node: root, namespace })
    for (const child of root.children) {
      const location = child.attributes.get('schemaLocation')
      if (child.namespace !== XSD || !/^(import|include|redefine)$/.test(child.name)) continue
      this.#want(location, base, child.name === 'import' ? '' : namespace)
    }
  }

  #want(location: string | undefined, base: string, namespace: string): void {
    if (location === undefined || location.trim() === '') return
    if (!URL.canParse(location, base || undefined)) {
      this.skip(`"${location}" is a relative address, and where the WSDL stands is not known: import it by url or file`)
      return
    }
    const { href } = new URL(location, base || undefined)
    const key = `${namespace} ${href}`
    if (this.#seen.has(key) || href === base) return
    this.#seen.add(key)
    this.#waiting.push({ url: href, namespace })
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function invalid(
  found: string,
  fix = 'Give the WSDL 1.1 of the service: its address usually ends in ?wsdl.',
): MetaError {
  return new MetaError('DESCRIPTION_INVALID', `This is no WSDL that can be read: ${found}.`, fix)
}
