import type { WorkerBindings } from '../bindings.ts'
import { metadataUrl } from '../resource-metadata.ts'

export interface Challenge {
  readonly status: 401 | 403
  readonly error?: 'invalid_token' | 'insufficient_scope'
  readonly description?: string
  /** That open what was asked for. */
  readonly scopes?: readonly string[]
}

/** Tells a client where tokens are given out, and what was wrong: RFC 6750, section 3; RFC 9728, section 5.1. */
export function challenge(
  request: Request,
  env: Pick<WorkerBindings, 'MCP_MOUNT'>,
  { status, error, description, scopes = [] }: Challenge,
): Response {
  const parameters = {
    ...(error && { error }),
    ...(description && { error_description: description }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    resource_metadata: metadataUrl(request, env),
  }
  const said = Object.entries(parameters).map(([name, text]) => `${name}="${quotable(text)}"`)
  const message = description ?? 'Send the header "Authorization: Bearer <token>" with a token of the issuer.'
  const headers = { 'www-authenticate': `Bearer ${said.join(', ')}` }
  return Response.json({ error: error ?? 'unauthorized', message }, { status, headers })
}

/** RFC 6750, section 3: no quotation mark, no backslash, ASCII alone. */
function quotable(text: string): string {
  return text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?')
}
