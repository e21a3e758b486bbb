import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { toProblem } from '../../../src/errors/render.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Lets pass whom a deployed server may answer: a program on this machine that knows the server's token.
 * A foreign Host is DNS rebinding, a foreign Origin a page in a browser (2026-07-28: streamable-http, Security).
 * @throws MetaError FORBIDDEN or UNAUTHORIZED
 */
export function checkCaller(request: IncomingMessage, tokenHash: string | null): void {
  checkLoopback(request)
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const given = createHash('sha256')
    .update(token ?? '')
    .digest()
  const expected = Buffer.from(tokenHash ?? '', 'hex')
  if (token !== undefined && expected.length === given.length && timingSafeEqual(given, expected)) return
  throw new MetaError(
    'UNAUTHORIZED',
    'The bearer token of this server is missing or wrong.',
    'Send "Authorization: Bearer <token>"; get_install shows the token.',
  )
}

/** @throws MetaError FORBIDDEN */
export function checkLoopback(request: IncomingMessage): void {
  const { host, origin } = request.headers
  if (!isLoopback(`http://${host ?? ''}`)) throw foreign('Host', host)
  if (origin !== undefined && !isLoopback(origin)) throw foreign('Origin', origin)
}

export function sendProblem(response: ServerResponse, error: unknown): void {
  const { status, body } = toProblem(error)
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  response.writeHead(status, { ...challenge, 'content-type': 'application/problem+json' }).end(JSON.stringify(body))
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.has(new URL(url).hostname)
}

function foreign(header: string, value: string | undefined): MetaError {
  return new MetaError(
    'FORBIDDEN',
    `Requests with the ${header} "${value ?? ''}" are not answered.`,
    'Use http://127.0.0.1 or http://localhost.',
  )
}
