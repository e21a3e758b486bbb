import { isInitializeRequest, isLegacyRequest } from '@modelcontextprotocol/server'
import type { ServerHost } from '../../server/server-parts.ts'
import type { Caller } from '../caller-guard.ts'
import type { ObjectId, ObjectNamespace } from '../platform.ts'
import { refused } from '../read-message.ts'
import { busClient } from './bus-client.ts'
import { forwarded } from '../forward.ts'
import { sessionGone } from './session-gone.ts'

/** The Worker's side of sessions: leads each request to the object of its session. */
export interface SessionFront {
  readonly publish: NonNullable<ServerHost['publish']>
  /** @returns undefined for a request that belongs to no session: whoever serves without them answers it */
  serve(
    request: Request,
    message: { readonly body: unknown } | undefined,
    caller: Caller,
  ): Promise<Response | undefined>
}

export function sessionFront(namespace: ObjectNamespace): SessionFront {
  const bus = busClient(namespace)
  const ask = (id: ObjectId, request: Request) => namespace.get(id).fetch(request)

  return {
    publish: (change) => bus.publish(change),
    async serve(request, message, caller) {
      const { pathname, searchParams } = new URL(request.url)
      const { method } = request
      const going = forwarded(request, message?.body, caller)
      if (pathname === '/sse') return method === 'GET' ? ask(namespace.newUniqueId(), going) : notAllowed('GET')
      if (pathname === '/messages') {
        return message ? knownOr404(searchParams.get('session_id') ?? '', going) : notAllowed('POST with JSON')
      }
      if (method === 'POST' ? message === undefined : method !== 'GET' && method !== 'DELETE') return undefined
      if (!(await isLegacyRequest(request, message?.body))) {
        return isListen(message?.body) ? bus.listen(going) : undefined
      }
      const session = request.headers.get('mcp-session-id')
      if (session !== null) return knownOr404(session, going)
      if (isInitializeRequest(message?.body)) return ask(namespace.newUniqueId(), going)
      return refused(400, -32_000, 'Begin a session with initialize, then send its id in the header Mcp-Session-Id.')
    },
  }

  function knownOr404(session: string, request: Request): Promise<Response> | Response {
    try {
      return ask(namespace.idFromString(session), request)
    } catch {
      return sessionGone()
    }
  }
}

/** Clients that try the newer transport first then know that this is the older one. */
function notAllowed(instead: string): Response {
  return Response.json(
    { error: `Use ${instead}.` },
    { status: 405, headers: { allow: instead.split(' ', 1).join('') } },
  )
}

function isListen(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen'
}
