import { DOMException } from './dom-exception.ts'
import { compute, fromBinary, toBinary, toJson } from './host.ts'
import { bytesOf } from './text-encoding.ts'
import { toDomString } from './web-idl.ts'

type Algorithm = string | { readonly name: string; readonly hash?: Algorithm; readonly length?: number }

const MOST_RANDOM_BYTES = 65_536
const HASHES = new Set(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])

/** The bytes of a key. Known to this module alone. */
let keyBytes: (key: CryptoKey) => Uint8Array<ArrayBuffer>

class CryptoKey {
  readonly type = 'secret'
  readonly extractable: boolean
  readonly algorithm: { readonly name: 'HMAC'; readonly length: number; readonly hash: { readonly name: string } }
  readonly usages: readonly string[]
  readonly #bytes: Uint8Array<ArrayBuffer>

  static {
    keyBytes = (key) => key.#bytes
  }

  constructor(bytes: Uint8Array<ArrayBuffer>, hash: string, extractable: boolean, usages: readonly string[]) {
    this.#bytes = bytes
    this.extractable = extractable
    this.algorithm = { name: 'HMAC', length: bytes.length * 8, hash: { name: hash } }
    this.usages = usages
  }

  get [Symbol.toStringTag](): string {
    return 'CryptoKey'
  }
}

/** The part of SubtleCrypto (Web Cryptography, section 14) that signatures of web services need: hashes and HMAC. */
const subtle = {
  async digest(algorithm: Algorithm, data: unknown): Promise<ArrayBuffer> {
    return fromBinary(computed('digest', hashOf(algorithm), toBinary(bytesOf(data)))).buffer
  },

  async generateKey(algorithm: Algorithm, extractable: unknown, usages: readonly string[]): Promise<CryptoKey> {
    if (typeof algorithm === 'string' || algorithm.name.toUpperCase() !== 'HMAC') {
      throw notSupported('generateKey makes HMAC keys here.')
    }
    const hash = hashOf(algorithm.hash ?? '')
    // As long as a block of the hash (Web Cryptography, section 31.6.3).
    const bits = algorithm.length ?? (hash === 'SHA-1' || hash === 'SHA-256' ? 512 : 1_024)
    const bytes = fromBinary(computed('randomBytes', toDomString(Math.ceil(bits / 8))))
    return await subtle.importKey('raw', bytes, { name: 'HMAC', hash }, extractable, usages)
  },

  async importKey(
    format: string,
    data: unknown,
    algorithm: Algorithm,
    extractable: unknown,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    if (format !== 'raw' || typeof algorithm === 'string' || algorithm.name.toUpperCase() !== 'HMAC') {
      throw notSupported('importKey takes raw HMAC keys here.')
    }
    const unknown = usages.find((usage) => usage !== 'sign' && usage !== 'verify')
    if (unknown !== undefined) throw new DOMException('Unsupported key usage for an HMAC key', 'SyntaxError')
    return new CryptoKey(bytesOf(data).slice(), hashOf(algorithm.hash ?? ''), Boolean(extractable), [...usages])
  },

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer> {
    if (!key.extractable) throw new DOMException('key is not extractable', 'InvalidAccessError')
    if (format !== 'raw') throw notSupported('exportKey gives raw keys here.')
    return keyBytes(key).slice().buffer
  },

  async sign(algorithm: Algorithm, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    requireHmac(algorithm, key, 'sign')
    const text = toBinary(bytesOf(data))
    return fromBinary(computed('hmac', key.algorithm.hash.name, toBinary(keyBytes(key)), text)).buffer
  },

  async verify(algorithm: Algorithm, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
    requireHmac(algorithm, key, 'verify')
    const pair = toJson([toBinary(keyBytes(key)), toBinary(bytesOf(signature))])
    return compute('verifyHmac', key.algorithm.hash.name, pair, toBinary(bytesOf(data))) === true
  },
}

export const crypto = {
  subtle,

  getRandomValues<View extends ArrayBufferView>(view: View): View {
    if (view instanceof Float32Array || view instanceof Float64Array || view instanceof DataView) {
      throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError')
    }
    const bytes = bytesOf(view)
    if (bytes.length > MOST_RANDOM_BYTES) {
      const message = `The requested length exceeds ${MOST_RANDOM_BYTES} bytes`
      throw new DOMException(message, 'QuotaExceededError')
    }
    bytes.set(fromBinary(computed('randomBytes', toDomString(bytes.length))))
    return view
  },

  randomUUID(): string {
    const bytes = fromBinary(computed('randomBytes', '16'))
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  },
}

function computed(name: string, ...values: string[]): string {
  const result = compute(name, ...values)
  if (typeof result !== 'string') throw new DOMException('The operation failed', 'OperationError')
  return result
}

function hashOf(algorithm: Algorithm): string {
  const name = (typeof algorithm === 'string' ? algorithm : toDomString(algorithm.name)).toUpperCase()
  if (!HASHES.has(name)) throw notSupported('Unrecognized algorithm name')
  return name
}

function requireHmac(algorithm: Algorithm, key: CryptoKey, usage: string): void {
  const name = typeof algorithm === 'string' ? algorithm : algorithm.name
  if (toDomString(name).toUpperCase() !== 'HMAC') throw notSupported('Unrecognized algorithm name')
  if (!key.usages.includes(usage)) throw new DOMException(`Unable to use this key to ${usage}`, 'InvalidAccessError')
}

function notSupported(message: string): DOMException {
  return new DOMException(message, 'NotSupportedError')
}
