import { createHash, timingSafeEqual } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import { MetaError } from '../errors/meta-error.ts'
import { toProblem } from '../errors/render.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Refuses what a page in a browser could send here: a foreign Host (DNS rebinding) or Origin. */
export function refuseForeign(request: Request, response: Response, next: NextFunction): void {
  const host = hostnameOf(`http://${request.headers.host ?? ''}`)
  const origin = request.headers.origin === undefined ? 'localhost' : hostnameOf(request.headers.origin)
  if (host !== undefined && LOOPBACK.has(host) && origin !== undefined && LOOPBACK.has(origin)) return next()
  const what =
    host === undefined || !LOOPBACK.has(host)
      ? `the Host "${request.headers.host}"`
      : `the Origin "${request.headers.origin}"`
  sendError(
    response,
    new MetaError('FORBIDDEN', `Requests with ${what} are not answered.`, 'Use http://127.0.0.1 or http://localhost.'),
  )
}

/** Lets pass who sends the owner's token. */
export function requireToken(token: string) {
  const expected = digest(token)
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next()
    response.setHeader('www-authenticate', 'Bearer')
    sendError(
      response,
      new MetaError(
        'UNAUTHORIZED',
        'The bearer token is missing or wrong.',
        'Send "Authorization: Bearer <token>"; "mcpwright status" shows where the token is.',
      ),
    )
  }
}

/** Errors leave as problem+json, never as HTML. */
export function sendError(response: Response, error: unknown): void {
  const { status, body } = toProblem(error)
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
