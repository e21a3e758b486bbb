/**
 * Refuses requests without the right bearer token; without a token it lets all pass.
 * @returns a function that gives the refusal, or undefined when the request may go on
 */
export function bearerGuard(token: string | undefined): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    if (!token) return undefined
    const given = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (given !== undefined && (await isSame(given, token))) return undefined
    const headers = { 'www-authenticate': 'Bearer' }
    return Response.json({ error: 'Send the header "Authorization: Bearer <token>".' }, { status: 401, headers })
  }
}

/** Compares digests, so that the time it takes says nothing about how much was right. */
async function isSame(given: string, expected: string): Promise<boolean> {
  const [left, right] = await Promise.all([given, expected].map(sha256))
  if (!left || !right) return false
  let difference = 0
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0)
  return difference === 0
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
