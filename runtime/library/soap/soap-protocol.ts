/**
 * A SOAP call as data: what the XML of its request and its answer is made of, document or rpc style, literal.
 * WSDL 1.1, section 3; WS-I Basic Profile 1.1, section 4.
 */
export interface SoapProtocol {
  readonly kind: 'soap'
  readonly version: '1.1' | '1.2'
  /** Sent as SOAPAction (SOAP 1.1, section 6.1.1), or as the content type's `action` (RFC 3902). */
  readonly action: string
  readonly request: SoapMessage
  readonly answer: SoapMessage
}

export interface SoapMessage {
  /** Each is one member of the JSON value. */
  readonly headers: readonly XmlElement[]
  readonly body: readonly XmlElement[]
  /** The members of the only body element stand beside the headers, without a level of their own. */
  readonly isUnwrapped: boolean
  /** The complex types that its elements refer to, by a name of their own. */
  readonly types: Readonly<Record<string, XmlType>>
}

/** What a text of XML stands for. `any` is a plain value of any type; `xml` is XML itself, as text. */
type PlainValue = 'text' | 'boolean' | 'integer' | 'number' | 'base64' | 'any' | 'xml'

/** With `[]` it is a list in one text, with spaces between (XML Schema 1.0 part 2, section 2.5.1.2). */
export type SimpleValue = PlainValue | `${PlainValue}[]`

/** An element of a schema, as the type around it uses it. */
export interface XmlElement {
  readonly kind: 'element'
  /** The property of the JSON value that it stands in. */
  readonly property: string
  readonly name: string
  /** Absent: it stands in no namespace. */
  readonly namespace?: string
  readonly content: SimpleValue | { readonly type: string }
  /** It may be repeated, and is a list however often it is there. */
  readonly isList?: true
  readonly isNillable?: true
  /** Sent when nothing else is given. */
  readonly fixed?: string
  /** The credential whose value it holds. */
  readonly secret?: string
}

export interface XmlGroup {
  readonly kind: 'sequence' | 'choice'
  readonly parts: readonly XmlPart[]
  /** Of a choice: one of its parts must be there. */
  readonly isRequired?: true
  /** Set when the group as a whole is repeated: the property that holds a list of objects. */
  readonly property?: string
}

/** Elements that the schema leaves open (xs:any): XML, as text. */
export interface XmlWildcard {
  readonly kind: 'any'
  readonly property: string
}

export type XmlPart = XmlElement | XmlGroup | XmlWildcard

export interface XmlAttribute {
  readonly property: string
  readonly name: string
  readonly namespace?: string
  readonly value: SimpleValue
  readonly fixed?: string
}

export interface XmlType {
  /** Its name for xsi:type; absent when it has none. */
  readonly name?: string
  readonly namespace?: string
  readonly isAbstract?: true
  /** What it is made of was too much to keep: its content is XML, as text, and is read without a schema. */
  readonly isOpaque?: true
  readonly attributes?: readonly XmlAttribute[]
  /** The text of simple or mixed content. */
  readonly text?: { readonly property: string; readonly value: SimpleValue }
  readonly content?: XmlGroup
  /** Types derived from it, by their names in `types`: the property `xsi_type` says which one a value has. */
  readonly variants?: readonly string[]
}

/** The property that names the type of a value where several may stand. */
export const TYPE_PROPERTY = 'xsi_type'

export const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
export const XSD = 'http://www.w3.org/2001/XMLSchema'
