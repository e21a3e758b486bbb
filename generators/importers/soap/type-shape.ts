import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { XmlAttribute, XmlPart } from '../../../runtime/library/soap/soap-protocol.ts'
import type { ReadSimple } from './built-in-types.ts'
import { PropertyNames } from './property-names.ts'

/** What an object is made of while its type is read, for the wire and for JSON Schema side by side. */
export interface ObjectShape {
  readonly names: PropertyNames
  readonly parts: XmlPart[]
  readonly properties: Map<string, JsonSchema>
  readonly required: Set<string>
  /** What a model must know that the schema cannot say. */
  readonly notes: string[]
}

/** The same of a complex type, its bases included. */
export interface TypeShape extends ObjectShape {
  readonly attributes: Map<string, XmlAttribute>
  text?: { readonly property: string; readonly simple: ReadSimple }
}

/** @param taken  property names that none of its members may have */
export function emptyShape(taken: Iterable<string> = []): TypeShape {
  return {
    names: new PropertyNames(taken),
    parts: [],
    attributes: new Map(),
    properties: new Map(),
    required: new Set(),
    notes: [],
  }
}
