import type { Mock } from '../../runtime/library/mocks.ts'
import { isJsonType } from '../../runtime/library/media-type.ts'
import type { WireRequest, WireResponse } from '../../runtime/library/wire.ts'

/** The mock that gives an answer again. Tokens that a token server gave out are left out of it. */
export function recordMock({ method, url }: WireRequest, { status, headers, body }: WireResponse): Mock {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const kept = headers.filter(([name]) => !PASSING.test(name.toLowerCase()))
  const content = readContent(Buffer.from(body, 'base64'), type)
  return {
    request: { method, url },
    response: {
      ...(status !== 200 && { status }),
      headers: Object.fromEntries(kept),
      ...(content === undefined ? { base64: body } : { body: withoutTokens(content) }),
    },
  }
}

/** Headers that tell about one transfer or one visitor are no part of an answer. */
const PASSING =
  /^(?:date|age|server|via|connection|keep-alive|transfer-encoding|content-encoding|content-length|set-cookie|alt-svc|etag|(?:cf|x-request|x-trace|x-amz|x-ratelimit)-.*)$/

/** JSON where it stays what it is, else text; undefined where it is neither. */
function readContent(bytes: Buffer, type: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Long numbers would come back with other digits, and a bare text without its quotes.
    return isJsonType(type) && /^\s*[[{]/.test(text) && !/\d{16}/.test(text) ? JSON.parse(text) : text
  } catch {
    return undefined
  }
}

const TOKENS = ['access_token', 'refresh_token', 'id_token']

/** RFC 6749, section 5.1. */
function withoutTokens(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('access_token' in content)) return content
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, TOKENS.includes(name) ? 'a-token' : value]),
  )
}
