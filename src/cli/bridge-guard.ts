import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { RPC_CODES } from '../../bridge/protocol/json-rpc.ts'
import { HttpRefusal } from '../../bridge/serve/http-refusal.ts'

export interface BridgeGuardOptions {
  /** The address to listen on. */
  readonly host: string
  /** What callers send as "Authorization: Bearer <token>"; undefined lets everybody in who gets here. */
  readonly token: string | undefined
  /** Names besides loopback that a caller may ask for and that pages may come from. */
  readonly allowedHosts: readonly string[]
}

/** Whom a bridge answers. All of these throw HttpRefusal: 403 for a foreign Host or Origin, 401 without the token. */
export interface BridgeGuard {
  /** A foreign Origin is a page in a browser. */
  checkOrigin(request: IncomingMessage): void
  /** A foreign Host is DNS rebinding (2026-07-28: streamable-http, Security). */
  checkCaller(request: IncomingMessage): void
}

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

export function createBridgeGuard({ host, token, allowedHosts }: BridgeGuardOptions): BridgeGuard {
  const names = new Set([...LOOPBACK, ...allowedHosts])
  // In a container callers use names that nobody here knows; the token keeps pages out, which cannot know it.
  const takesAnyHost = !isLoopback(host) && allowedHosts.length === 0 && token !== undefined
  const expected = token === undefined ? undefined : digest(token)
  const isKnown = (url: string): boolean => URL.canParse(url) && names.has(new URL(url).hostname)

  return {
    checkOrigin({ headers: { origin } }) {
      if (origin !== undefined && !isKnown(origin)) throw refusal(403, `The Origin "${origin}" is not allowed.`)
    },
    checkCaller({ headers: { host: asked = '', authorization = '' } }) {
      if (!takesAnyHost && !isKnown(`http://${asked}`)) throw refusal(403, `The Host "${asked}" is not allowed.`)
      if (!expected) return
      const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return
      throw refusal(401, 'The bearer token is missing or wrong.', { 'www-authenticate': 'Bearer' })
    },
  }
}

export function isLoopback(host: string): boolean {
  return host === '::1' || LOOPBACK.includes(host)
}

function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): HttpRefusal {
  return new HttpRefusal(status, { code: RPC_CODES.invalidRequest, message }, headers)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
