import { isSameDigest, sha256Hex } from './digest.ts'

/**
 * Refuses requests without the right bearer token; without a token it lets all pass.
 * @returns a function that gives the refusal, or undefined when the request may go on
 */
export function bearerGuard(token: string | undefined): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    if (!token) return undefined
    const given = bearerToken(request)
    // Digests are compared, so that the time it takes says nothing about how much was right.
    if (given !== undefined && isSameDigest(await sha256Hex(given), await sha256Hex(token))) return undefined
    return bearerRefused(given)
  }
}

/** RFC 6750, section 2.1. */
export function bearerToken(request: Request): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** @param given  absent: none came, which is no error of the token (RFC 6750, section 3.1) */
export function bearerRefused(given?: string): Response {
  const challenge = given === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
  const error =
    given === undefined ? 'Send the header "Authorization: Bearer <token>".' : 'The token does not hold, or no longer.'
  return Response.json({ error }, { status: 401, headers: { 'www-authenticate': challenge } })
}
