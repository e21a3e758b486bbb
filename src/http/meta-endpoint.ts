import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type Server } from '@modelcontextprotocol/server'
import { defaults } from '../config/defaults.ts'
import { readBody } from './read-body.ts'

interface Session {
  readonly server: Server
  readonly transport: NodeStreamableHTTPServerTransport
  lastUsed: number
  streams: number
}

export interface MetaEndpoint {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Tells every client that listens that there are other servers now. */
  tellServersChanged(): void
  /** Sessions of legacy clients that have not gone. */
  openSessions(): number
  close(): Promise<void>
}

/**
 * The meta server over Streamable HTTP: 2026-07-28 without sessions, 2024-11-05 … 2025-11-25 with a session each.
 * @param createServer  makes a server for one request or session
 */
export function createMetaEndpoint(createServer: () => Server): MetaEndpoint {
  const modern = createMcpHandler(createServer, { legacy: 'reject' })
  const handleModern = toNodeHandler(modern)
  const sessions = new Map<string, Session>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    forgetIdle(sessions)
    const sessionId = request.headers['mcp-session-id']
    const session = typeof sessionId === 'string' ? sessions.get(sessionId) : undefined
    if (session) return serveSession(session, request, response)
    if (typeof sessionId === 'string')
      return refuse(response, 404, -32_001, 'This session has ended; initialize again.')
    if (request.method !== 'POST') return refuse(response, 405, -32_000, 'Send a POST, or name a session.')
    const body = parseJson((await readBody(request, defaults.limits.bodyBytes)).toString('utf8'))
    if (body === undefined) return refuse(response, 400, -32_700, 'The body is not JSON.')
    // The adapter's type wants `method` and `url` absent where Node has them undefined.
    const nodeRequest = request as NodeIncomingMessageLike & IncomingMessage
    if (await isLegacyRequest(await toWebRequest(nodeRequest, body))) return openSession(request, response, body)
    await handleModern(nodeRequest, response, body)
  }

  async function openSession(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    if (sessions.size >= defaults.bridge.sessions) return refuse(response, 503, -32_000, 'Too many sessions are open.')
    const server = createServer()
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { server, transport, lastUsed: Date.now(), streams: 0 }),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await server.connect(transport)
    await transport.handleRequest(request, response, body)
  }

  return {
    handle,
    tellServersChanged() {
      modern.notify.resourcesChanged()
      // A client that has gone hears nothing.
      for (const { server } of sessions.values()) server.sendResourceListChanged().catch(() => {})
    },
    openSessions: () => sessions.size,
    async close() {
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()))
      sessions.clear()
      await modern.close()
    },
  }
}

async function serveSession(session: Session, request: IncomingMessage, response: ServerResponse): Promise<void> {
  session.lastUsed = Date.now()
  session.streams++
  response.once('close', () => {
    session.streams--
    session.lastUsed = Date.now()
  })
  await session.transport.handleRequest(request, response)
}

/** Clients almost never end their sessions: one without an open stream is forgotten after a while. */
function forgetIdle(sessions: Map<string, Session>): void {
  const oldest = Date.now() - defaults.bridge.sessionIdleMs
  for (const [id, session] of sessions) {
    if (session.streams > 0 || session.lastUsed > oldest) continue
    sessions.delete(id)
    // Nobody is there to hear how that went.
    session.transport.close().catch(() => {})
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
