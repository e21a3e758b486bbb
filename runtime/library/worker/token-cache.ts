import { decodeBase64, encodeBase64 } from '../base64.ts'
import type { SharedTokens } from '../call-context.ts'
import type { Clock } from '../clock.ts'
import type { KeptValue } from '../kept-values.ts'
import { toHex } from '../server/digest.ts'
import type { KvNamespace } from './platform.ts'

/** Of AES-GCM: NIST SP 800-38D, section 5.2.1.1. */
const IV_BYTES = 12
/** The least that KV takes. */
const LEAST_SECONDS = 60

/**
 * Access tokens in KV, so that not every isolate asks for its own. Name and key of an entry are derived from the secret
 * that the token was got with (RFC 5869): who reads the namespace learns neither.
 */
export function tokenCache(namespace: KvNamespace, clock: Pick<Clock, 'now'>): SharedTokens {
  return {
    async read(key, secret) {
      try {
        const text = await namespace.get(await entryName(key, secret))
        return text === null ? undefined : await open(text, await entryKey(key, secret))
      } catch {
        // An entry that cannot be read is none: a new token takes its place.
        return undefined
      }
    },
    async keep(key, secret, token) {
      const seconds = Math.floor((token.validUntilMs - clock.now()) / 1_000)
      if (seconds < LEAST_SECONDS) return
      const sealed = await seal(token, await entryKey(key, secret))
      await namespace.put(await entryName(key, secret), sealed, { expirationTtl: seconds }).catch(() => {})
    },
  }
}

async function entryName(key: string, secret: string): Promise<string> {
  const bits = await crypto.subtle.deriveBits(derivation(`name ${key}`), await material(secret), 256)
  return `token:${toHex(new Uint8Array(bits))}`
}

async function entryKey(key: string, secret: string): Promise<CryptoKey> {
  const aes = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(derivation(`seal ${key}`), await material(secret), aes, false, ['encrypt', 'decrypt'])
}

function derivation(info: string): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: new TextEncoder().encode(info) }
}

function material(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveBits', 'deriveKey'])
}

async function seal(token: KeptValue<string>, key: CryptoKey): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const text = new TextEncoder().encode(JSON.stringify(token))
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text))
  return `${encodeBase64(iv)}.${encodeBase64(sealed)}`
}

async function open(text: string, key: CryptoKey): Promise<KeptValue<string>> {
  const [iv = new Uint8Array(), sealed = new Uint8Array()] = text.split('.').map(decodeBase64)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)
  // Nobody else can have sealed it.
  return JSON.parse(new TextDecoder().decode(opened)) as KeptValue<string>
}
