import { createHash, timingSafeEqual } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import { checkLoopback, sendProblem } from '../../runtime/targets/local/check-caller.ts'
import { MetaError } from '../errors/meta-error.ts'

/** Refuses what a page in a browser could send here: a foreign Host (DNS rebinding) or Origin. */
export function refuseForeign(request: Request, response: Response, next: NextFunction): void {
  try {
    checkLoopback(request)
  } catch (error) {
    return sendProblem(response, error)
  }
  next()
}

/** Lets pass who sends the owner's token. */
export function requireToken(token: string) {
  const expected = digest(token)
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next()
    const fix = 'Send "Authorization: Bearer <token>"; "npx mcpwright start" prints the token.'
    sendProblem(response, new MetaError('UNAUTHORIZED', 'The bearer token is missing or wrong.', fix))
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
