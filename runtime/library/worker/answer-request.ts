import type { ServerParts } from '../server/server-parts.ts'
import type { WorkerBindings } from './bindings.ts'
import { NotConfigured } from './not-configured.ts'
import { resourceMetadata } from './resource-metadata.ts'
import { type MadeOnce, serveMcp } from './serve-mcp.ts'
import { notOpenYet, openTo } from './verification.ts'

/** Answers a request of the Worker by its path. */
export async function answerRequest(
  request: Request,
  env: WorkerBindings,
  parts: ServerParts,
  serving: MadeOnce,
): Promise<Response> {
  const open = await openTo(request, env)
  if (open === 'nobody') return notOpenYet()
  const { pathname } = new URL(request.url)
  try {
    switch (pathname) {
      case '/':
        return new Response(`${parts.name} ${parts.version}: an MCP server. Its clients call /mcp.\n`)
      case '/health':
        return health(parts, env)
      case '/mcp':
        return await serveMcp(request, env, parts, serving, open === 'verifier')
      case '/sse':
      case '/messages':
        if (!env.MCP_SESSIONS) return notFound(NO_SESSIONS)
        return await serveMcp(request, env, parts, serving, open === 'verifier')
      case '/.well-known/oauth-protected-resource':
      case '/.well-known/oauth-protected-resource/mcp':
        return resourceMetadata(request, env, parts) ?? notFound('This server does not use OAuth.')
      default:
        return (await answerOfLogin(request, env, serving)) ?? notFound('The server is at /mcp.')
    }
  } catch (error) {
    if (error instanceof NotConfigured) return Response.json({ error: error.message }, { status: 503 })
    throw error
  }
}

/** Others have no address besides, and need not be opened for it. */
async function answerOfLogin(request: Request, env: WorkerBindings, made: MadeOnce): Promise<Response | undefined> {
  return env.MCP_PROTECTION === 'login' ? (await made.guard(env)).answer?.(request) : undefined
}

/** For whoever watches, and for a deploy that waits until its version is the one that answers. */
function health({ version }: ServerParts, { CF_VERSION_METADATA: metadata }: WorkerBindings): Response {
  const headers = { 'cache-control': 'no-store' }
  return Response.json({ status: 'ok', version, workerVersion: metadata?.id ?? null }, { headers })
}

const NO_SESSIONS =
  'The older transport (HTTP with SSE) needs sessions, which this server does not have. Use /mcp, or deploy it with sessions: true (the binding MCP_SESSIONS).'

function notFound(error: string): Response {
  return Response.json({ error }, { status: 404 })
}
