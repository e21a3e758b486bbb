import { decodeBase64, encodeBase64 } from '../base64.ts'
import { CallRefused } from '../call-refused.ts'
import type { SimpleValue } from './soap-protocol.ts'

/** A JSON value as a text of XML Schema (1.0, part 2, section 3). @throws CallRefused when it is none of its type */
export function writeSimple(value: unknown, as: SimpleValue, place: string): string {
  if (as.endsWith('[]')) {
    // The name without its brackets is a plain value.
    const item = as.slice(0, -2) as SimpleValue
    return (Array.isArray(value) ? value : [value]).map((each) => writeSimple(each, item, place)).join(' ')
  }
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return as === 'integer' || as === 'number' ? writeNumber(value) : String(value)
  if (typeof value !== 'string') throw new CallRefused(`"${place}" is a plain value; give a text, number or boolean.`)
  if (as !== 'base64') return value
  const bytes = decodeBase64(value)
  if (!bytes) throw new CallRefused(`"${place}" is no base64. Encode its bytes, and call again.`)
  return encodeBase64(bytes)
}

/** Decimals have no exponent (section 3.2.3); what JSON writes with one is written out. */
function writeNumber(value: number): string {
  const text = String(value)
  const [, sign = '', first = '', rest = '', exponent = ''] = /^(-?)(\d)\.?(\d*)e([+-]\d+)$/.exec(text) ?? []
  if (exponent === '') return text
  const digits = first + rest
  const point = Number(exponent) + 1
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}${digits.length > point ? `.${digits.slice(point)}` : ''}`
}

/** A text of XML Schema as a JSON value; one that is not of its type, or would lose digits, stays a text. */
export function readSimple(text: string, as: SimpleValue): unknown {
  if (as.endsWith('[]')) {
    // As above.
    const item = as.slice(0, -2) as SimpleValue
    return text.split(/\s+/).flatMap((each) => (each === '' ? [] : [readSimple(each, item)]))
  }
  const collapsed = text.trim()
  switch (as) {
    case 'boolean':
      return /^(true|1)$/.test(collapsed) ? true : /^(false|0)$/.test(collapsed) ? false : collapsed
    case 'integer':
      return readInteger(collapsed)
    case 'number':
      return readNumber(collapsed)
    case 'base64':
      return collapsed.replace(/\s+/g, '')
    default:
      return text
  }
}

function readInteger(text: string): number | string {
  const value = Number(text)
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) ? value : text
}

/** More than 15 digits may not come back as they were. INF and NaN are no numbers of JSON. */
function readNumber(text: string): number | string {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?$/.test(text)
  const digits = text
    .replace(/[Ee].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
  return isNumber && digits.length <= 15 ? Number(text) : text
}
