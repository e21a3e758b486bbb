import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * What an isolate has the process compute at once, since V8 alone has no URL parser, no hashes, no randomness and no
 * old character sets. Strings in, JSON out; bytes are strings of one character a byte.
 * @returns JSON of the result, or '' when there is none (an invalid URL, an unknown name). It never throws: the stack
 * of such an error would name our files.
 */
export function compute(name: unknown, ...values: unknown[]): string {
  const [first = '', second = '', third = ''] = values.map((value) => (typeof value === 'string' ? value : ''))
  try {
    return JSON.stringify(FUNCTIONS[String(name)]?.(first, second, third) ?? null)
  } catch {
    return ''
  }
}

type Computation = (first: string, second: string, third: string) => unknown

const MOST_RANDOM_BYTES = 65_536
const HASHES: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

const FUNCTIONS: Readonly<Record<string, Computation>> = {
  parseUrl: (url, base) => urlParts(base === '' ? new URL(url) : new URL(url, base)),
  setUrlPart(href, part, value) {
    const url = new URL(href)
    if (!isUrlPart(part)) return undefined
    url[part] = value
    return urlParts(url)
  },
  randomBytes: (length) => toBinary(randomBytes(Math.min(Number(length), MOST_RANDOM_BYTES))),
  digest: (hash, data) => toBinary(createHash(hashName(hash)).update(data, 'latin1').digest()),
  hmac: (hash, key, data) => toBinary(hmac(hash, key, data)),
  verifyHmac(hash, keyAndSignature, data) {
    const [key = '', signature = ''] = JSON.parse(keyAndSignature) as readonly string[]
    const expected = hmac(hash, key, data)
    const given = Buffer.from(signature, 'latin1')
    return given.length === expected.length && timingSafeEqual(given, expected)
  },
  encodingName: (label) => new TextDecoder(label).encoding,
  decode: (label, data, fatal) =>
    new TextDecoder(label, { fatal: fatal === 'fatal', ignoreBOM: true }).decode(Buffer.from(data, 'latin1')),
}

const URL_PARTS = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const

function isUrlPart(name: string): name is (typeof URL_PARTS)[number] {
  return URL_PARTS.some((part) => part === name)
}

function urlParts(url: URL): Record<string, string> {
  return { ...Object.fromEntries(URL_PARTS.map((part) => [part, url[part]])), origin: url.origin }
}

function hmac(hash: string, key: string, data: string): Buffer {
  return createHmac(hashName(hash), Buffer.from(key, 'latin1')).update(data, 'latin1').digest()
}

function hashName(hash: string): string {
  const name = HASHES[hash]
  if (name === undefined) throw new Error(`Unknown hash "${hash}".`)
  return name
}

function toBinary(bytes: Buffer): string {
  return bytes.toString('latin1')
}
