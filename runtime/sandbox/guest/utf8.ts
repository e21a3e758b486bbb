export class NotUtf8 extends Error {}

const CHUNK = 8_192
const REPLACEMENT = 0xfffd

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8Length(text))
  let written = 0
  for (let at = 0; at < text.length; at++) {
    const code = codePointAt(text, at)
    if (code > 0xffff) at++
    if (code < 0x80) bytes[written++] = code
    else {
      const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3
      bytes[written++] = (code >> (6 * more)) | [0, 0xc0, 0xe0, 0xf0][more]!
      for (let left = more - 1; left >= 0; left--) bytes[written++] = ((code >> (6 * left)) & 0x3f) | 0x80
    }
  }
  return bytes
}

/** UTF-8 decode (Encoding, section 8.1.1). @throws NotUtf8 when `fatal` */
export function decodeUtf8(bytes: Uint8Array, fatal: boolean): string {
  let text = ''
  let units: number[] = []
  for (let at = 0; at < bytes.length;) {
    const [code, length] = readCharacter(bytes, at)
    if (fatal && code === undefined) throw new NotUtf8()
    at += length
    pushUnits(units, code ?? REPLACEMENT)
    if (units.length < CHUNK) continue
    text += String.fromCharCode(...units)
    units = []
  }
  return text + String.fromCharCode(...units)
}

/** How many bytes at the end begin a character that may still be completed. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc2 && byte <= 0xf4) {
      const isBroken = readCharacter(bytes, bytes.length - back)[1] < back
      return expectedLength(byte) > back && !isBroken ? back : 0
    }
    if (byte < 0x80 || byte > 0xbf) return 0
  }
  return 0
}

/** The code point at a place and its bytes; undefined for bytes that are none. */
function readCharacter(bytes: Uint8Array, at: number): readonly [code: number | undefined, length: number] {
  const first = bytes[at] ?? 0
  if (first < 0x80) return [first, 1]
  if (first < 0xc2 || first > 0xf4) return [undefined, 1]
  const length = expectedLength(first)
  let code = first & (0xff >> (length + 1))
  for (let index = 1; index < length; index++) {
    const next = bytes[at + index]
    if (next === undefined || !continues(first, index, next)) return [undefined, index]
    code = (code << 6) | (next & 0x3f)
  }
  return [code, length]
}

function expectedLength(first: number): number {
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** The second byte has a narrower range where overlong forms, surrogates and too high numbers would begin. */
function continues(first: number, index: number, byte: number): boolean {
  if (index > 1) return byte >= 0x80 && byte <= 0xbf
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  return byte >= lowest && byte <= highest
}

function pushUnits(units: number[], code: number): void {
  if (code <= 0xffff) units.push(code)
  else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff))
}

function utf8Length(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = codePointAt(text, at)
    if (code > 0xffff) at++
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

/** A lone surrogate counts as a replacement character. */
function codePointAt(text: string, at: number): number {
  const code = text.codePointAt(at) ?? REPLACEMENT
  return code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code
}
