import type { WorkerBindings } from './bindings.ts'

/**
 * Lets MCP clients in browsers call: answers what they ask before a request, refuses origins that may not, and marks
 * the answers of the others. Without `MCP_ORIGINS` all may: no cookie opens anything here but the pages of a login,
 * which are the server's own, and `*` never goes with cookies.
 * Fetch standard, section 3.3 (HTTP extensions of the CORS protocol)
 */
export async function acrossOrigins(
  request: Request,
  { MCP_ORIGINS }: Pick<WorkerBindings, 'MCP_ORIGINS'>,
  answer: () => Promise<Response>,
): Promise<Response> {
  const origin = request.headers.get('origin')
  if (origin === null || origin === new URL(request.url).origin) return answer()
  const allowed = (MCP_ORIGINS ?? '*').split(',').map((each) => each.trim().replace(/\/$/, ''))
  const isOpen = allowed.includes('*')
  if (!isOpen && !allowed.includes(origin)) {
    const error = `Pages of ${origin} may not call this server. Add it to the deploy's setting "origins" (MCP_ORIGINS).`
    return Response.json({ error }, { status: 403, headers: { vary: 'origin' } })
  }
  const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
  const response = isPreflight ? new Response(null, { status: 204 }) : await answer()
  const headers = new Headers(response.headers)
  headers.set('access-control-allow-origin', isOpen ? '*' : origin)
  if (!isOpen) headers.append('vary', 'origin')
  if (isPreflight) setPreflight(headers, request)
  else headers.set('access-control-expose-headers', EXPOSED.join(', '))
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

/** What clients read of an answer besides the safelisted headers. */
const EXPOSED = ['mcp-session-id', 'mcp-protocol-version', 'www-authenticate', 'retry-after']
/** Of the transport, and of its authorization. MCP 2026-07-28 adds `mcp-param-*`, whose names are the server's own. */
const HEADERS = ['authorization', 'content-type', 'last-event-id', 'mcp-protocol-version', 'mcp-session-id']
const DAY_SECONDS = 86_400

function setPreflight(headers: Headers, request: Request): void {
  headers.set('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS')
  headers.set(
    'access-control-allow-headers',
    request.headers.get('access-control-request-headers') ?? HEADERS.join(', '),
  )
  headers.set('access-control-max-age', String(DAY_SECONDS))
}
