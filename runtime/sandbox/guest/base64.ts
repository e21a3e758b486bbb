import { DOMException } from './dom-exception.ts'
import { toDomString } from './web-idl.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Uint8Array(128).fill(255)
for (let at = 0; at < 64; at++) VALUES[ALPHABET.charCodeAt(at)] = at

const CHUNK = 6_144

export function bytesToBase64(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += CHUNK) text += chunkToBase64(bytes.subarray(from, from + CHUNK))
  return text
}

/** Reads what came over the wire, which is well formed. */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let bits = 0
  let held = 0
  let written = 0
  for (let at = 0; at < end; at++) {
    bits = ((bits << 6) | (VALUES[text.charCodeAt(at)] ?? 0)) & 0xff_ffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[written++] = bits >> held
  }
  return bytes
}

export function btoa(value: unknown): string {
  const text = toDomString(value)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 255) throw new DOMException('Invalid character', 'InvalidCharacterError')
    bytes[at] = code
  }
  return bytesToBase64(bytes)
}

/** Forgiving-base64 decode (Infra, section 7). */
export function atob(value: unknown): string {
  let text = toDomString(value).replaceAll(/[\t\n\f\r ]/g, '')
  if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '')
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) {
    throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError')
  }
  const bytes = base64ToBytes(text)
  let decoded = ''
  for (let at = 0; at < bytes.length; at += CHUNK) decoded += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return decoded
}

function chunkToBase64(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  for (; at + 2 < bytes.length; at += 3) text += four(bytes[at], bytes[at + 1], bytes[at + 2])
  const left = bytes.length - at
  if (left === 1) return `${text}${four(bytes[at], 0, 0).slice(0, 2)}==`
  if (left === 2) return `${text}${four(bytes[at], bytes[at + 1], 0).slice(0, 3)}=`
  return text
}

function four(first = 0, second = 0, third = 0): string {
  const bits = (first << 16) | (second << 8) | third
  return (
    ALPHABET.charAt(bits >> 18) +
    ALPHABET.charAt((bits >> 12) & 63) +
    ALPHABET.charAt((bits >> 6) & 63) +
    ALPHABET.charAt(bits & 63)
  )
}
