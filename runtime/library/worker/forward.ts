import type { AuthInfo } from '@modelcontextprotocol/server'
import { VERIFICATION_HEADER } from './bindings.ts'
import type { Caller } from './caller-guard.ts'

/** Whom the Worker has identified. Only the Worker reaches the objects, and it sets this on every request. */
const CALLER_HEADER = 'mcp-caller'
/** Where nobody is asked who they are; addresses change in the middle of a session. */
const ANYBODY = 'anybody'

/** A request as it goes on to an object: with who calls in the place of credentials. */
export function forwarded(request: Request, body: unknown, { authInfo }: Caller): Request {
  const headers = new Headers(request.headers)
  for (const name of ['authorization', 'content-length', VERIFICATION_HEADER]) headers.delete(name)
  const caller = { key: authInfo?.clientId ?? ANYBODY, scopes: authInfo?.scopes ?? [] }
  headers.set(CALLER_HEADER, encodeURIComponent(JSON.stringify(caller)))
  const { url, method } = request
  return new Request(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}

export interface ForwardedCaller {
  readonly key: string
  readonly authInfo: AuthInfo
}

/** Reads what `forwarded` has written. */
export function callerOf(request: Request): ForwardedCaller {
  const text = decodeURIComponent(request.headers.get(CALLER_HEADER) ?? '')
  const { key, scopes } = JSON.parse(text) as { readonly key: string; readonly scopes: string[] }
  return { key, authInfo: { token: '', clientId: key, scopes } }
}
