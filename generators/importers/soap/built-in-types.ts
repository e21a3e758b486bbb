import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { type SimpleValue, XSD } from '../../../runtime/library/soap/soap-protocol.ts'

/** A simple type: how its text is written and read, and the JSON Schema of its value. */
export interface ReadSimple {
  readonly value: SimpleValue
  readonly schema: JsonSchema
}

/** The built-in types (XML Schema 1.0 part 2, section 3); undefined when the name is none of them. */
export function builtInType(key: string): ReadSimple | undefined {
  const name = key.startsWith(`{${XSD}}`) ? key.slice(XSD.length + 2) : undefined
  return name !== undefined && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
}

const text: ReadSimple = { value: 'text', schema: { type: 'string' } }
const texts: ReadSimple = { value: 'text[]', schema: { type: 'array', items: { type: 'string' } } }

/** Beyond 2^53 the digits of a number are kept in a text. */
function integer(limits: { readonly minimum?: number; readonly maximum?: number } = {}): ReadSimple {
  const isSmall = limits.minimum !== undefined && limits.maximum !== undefined
  if (isSmall) return { value: 'integer', schema: { type: 'integer', ...limits } }
  return { value: 'integer', schema: { type: ['integer', 'string'], pattern: String.raw`^[+-]?\d+$`, ...limits } }
}

function bits(count: number): ReadSimple {
  return integer({ minimum: -(2 ** (count - 1)), maximum: 2 ** (count - 1) - 1 })
}

function unsigned(count: number): ReadSimple {
  return integer({ minimum: 0, maximum: 2 ** count - 1 })
}

const ZONE = String.raw`(Z|[+-]\d\d:\d\d)?$`
const DATE = String.raw`^-?\d{4}-\d\d-\d\d`
const TIME = String.raw`\d\d:\d\d:\d\d(\.\d{1,9})?${ZONE}`

/** A time zone may be left out, other than in the formats of JSON Schema. */
function dated(pattern: string, example: string): ReadSimple {
  return { value: 'text', schema: { type: 'string', pattern, examples: [example] } }
}

const TYPES: Readonly<Record<string, ReadSimple>> = {
  ...Object.fromEntries(
    [
      'string,normalizedString,token,language,Name,NCName,NMTOKEN,ID,IDREF,ENTITY,anyURI,QName,NOTATION',
      'duration,gYear,gYearMonth,gMonth,gMonthDay,gDay',
    ]
      .join()
      .split(',')
      .map((name) => [name, text]),
  ),
  NMTOKENS: texts,
  IDREFS: texts,
  ENTITIES: texts,
  boolean: { value: 'boolean', schema: { type: 'boolean' } },
  byte: bits(8),
  short: bits(16),
  // Its limits would stand in most tools, and say little.
  int: { value: 'integer', schema: { type: 'integer' } },
  unsignedByte: unsigned(8),
  unsignedShort: unsigned(16),
  unsignedInt: unsigned(32),
  long: integer(),
  integer: integer(),
  unsignedLong: integer({ minimum: 0 }),
  nonNegativeInteger: integer({ minimum: 0 }),
  positiveInteger: integer({ minimum: 1 }),
  nonPositiveInteger: integer({ maximum: 0 }),
  negativeInteger: integer({ maximum: -1 }),
  decimal: {
    value: 'number',
    schema: { type: ['number', 'string'], pattern: String.raw`^[+-]?\d{1,40}(\.\d{1,40})?$` },
  },
  float: { value: 'number', schema: { type: 'number' } },
  double: { value: 'number', schema: { type: 'number' } },
  dateTime: dated(`${DATE}T${TIME}`, '2026-01-31T12:00:00Z'),
  date: dated(`${DATE}${ZONE}`, '2026-01-31'),
  time: dated(`^${TIME}`, '12:00:00'),
  base64Binary: { value: 'base64', schema: { type: 'string', contentEncoding: 'base64' } },
  hexBinary: { value: 'text', schema: { type: 'string', pattern: '^[0-9A-Fa-f]*$' } },
  anySimpleType: { value: 'any', schema: { type: ['string', 'number', 'boolean'] } },
  anyAtomicType: { value: 'any', schema: { type: ['string', 'number', 'boolean'] } },
  anyType: { value: 'any', schema: { type: ['string', 'number', 'boolean'] } },
}
