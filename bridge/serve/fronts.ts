import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { readMessage, RPC_CODES, type RpcId, type RpcRequest } from '../protocol/json-rpc.ts'
import { claimedVersion, MODERN_VERSIONS } from '../protocol/versions.ts'
import type { Converse } from './conversation.ts'
import { createHttpAnswer } from './http-answer.ts'
import { HttpRefusal, readJsonBody, refuse } from './http-refusal.ts'
import { createLegacyHttpFront } from './legacy-http-front.ts'
import type { ModernDialog } from './modern-dialog.ts'
import { checkModernRequest } from './modern-envelope.ts'
import type { ModernService } from './modern-service.ts'
import { checkParamHeaders } from './param-headers.ts'
import type { BridgeLimits, BridgeOptions } from './server-bridge.ts'
import { createSocketFront } from './socket-front.ts'
import { createSseFront } from './sse-front.ts'

export interface FrontsOptions extends Pick<BridgeOptions, 'name' | 'onLog'> {
  readonly limits: BridgeLimits
  readonly now: () => number
  /** Conversations of the eras before 2026-07-28. */
  readonly converse: Converse
  readonly modern: ModernDialog
  readonly paramHeaders: ModernService['paramHeaders']
}

/** All transports before one server: Streamable HTTP of every era, HTTP+SSE, WebSocket. */
export interface Fronts {
  readonly sessionCount: number
  handle(request: IncomingMessage, response: ServerResponse, path?: string): Promise<void>
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

const PING_MS = 30_000

export function createFronts(options: FrontsOptions): Fronts {
  const { name, limits, onLog, now, converse, modern, paramHeaders } = options
  const { bodyBytes, sessions: connections } = limits
  const legacy = createLegacyHttpFront(limits, converse, now)
  const sse = createSseFront({ converse, modern, connections, bodyBytes })
  const sockets = createSocketFront({ converse, modern, connections, messageBytes: bodyBytes, pingMs: PING_MS })
  let isClosed = false

  async function serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (isClosed) throw new HttpRefusal(503, { code: RPC_CODES.internal, message: `Server "${name}" was closed.` })
    const { method = '' } = request
    if (path === '/mcp') return await serveMcp(request, response, method)
    if (path === '/sse') {
      if (method !== 'GET') throw notAllowed(method, 'GET')
      return sse.open(request, response)
    }
    if (path === '/messages') {
      if (method !== 'POST') throw notAllowed(method, 'POST')
      return await sse.take(request, response)
    }
    const message = `There is nothing at "${path}"; use /mcp.`
    throw new HttpRefusal(404, { code: RPC_CODES.invalidRequest, message })
  }

  async function serveMcp(request: IncomingMessage, response: ServerResponse, method: string): Promise<void> {
    if (method === 'POST') return await servePost(request, response)
    if (isModernVersion(request)) throw notAllowed(method, 'POST')
    if (method === 'GET') return legacy.openStream(request, response)
    if (method === 'DELETE') return legacy.endSession(request, response)
    throw notAllowed(method, 'GET, POST, DELETE')
  }

  async function servePost(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJsonBody(request, bodyBytes)
    if (Array.isArray(body)) return await legacy.serveBatch(request, response, body.map(readMessage))
    const read = readMessage(body)
    if (read.kind === 'request') return await serveRequest(request, response, read.message)
    if (read.kind === 'response') return legacy.respond(request, response, read.message)
    if (read.kind === 'notification') {
      // On HTTP the closed stream cancels; 2026-07-28 has no other notification of a client.
      if (isModernVersion(request)) return void response.writeHead(202).end()
      return legacy.notify(request, response, read.message)
    }
    refuse(response, new HttpRefusal(400, { code: RPC_CODES.invalidRequest, message: read.problem }), read.id)
  }

  async function serveRequest(request: IncomingMessage, response: ServerResponse, message: RpcRequest): Promise<void> {
    try {
      if (claimedVersion(message.params) !== undefined || isModernVersion(request)) {
        checkModernRequest(request.headers, message)
        if (message.method === 'tools/call') checkParamHeaders(request.headers, message, await paramHeaders())
        await modern.request(message, createHttpAnswer(request, response), request.socket)
      } else if (message.method === 'initialize') await legacy.initialize(response, message)
      else await legacy.serve(request, response, message)
    } catch (error) {
      answerThrown(response, error, message.id)
    }
  }

  function answerThrown(response: ServerResponse, error: unknown, id: RpcId | null): void {
    if (response.headersSent || response.destroyed) return void response.destroy()
    if (error instanceof HttpRefusal) return refuse(response, error, id)
    onLog('error', `The bridge failed: ${error instanceof Error ? error.message : String(error)}`)
    refuse(response, new HttpRefusal(500, { code: RPC_CODES.internal, message: 'The bridge failed.' }), id)
  }

  return {
    get sessionCount() {
      return legacy.sessionCount + sse.connectionCount + sockets.connectionCount
    },
    async handle(request, response, path = '/mcp') {
      try {
        await serve(request, response, path)
      } catch (error) {
        answerThrown(response, error, null)
      }
    },
    upgrade(request, socket, head) {
      if (isClosed) socket.destroy()
      else sockets.upgrade(request, socket, head)
    },
    close() {
      isClosed = true
      legacy.close()
      sse.close()
      sockets.close()
    },
  }
}

function isModernVersion(request: IncomingMessage): boolean {
  return MODERN_VERSIONS.includes(String(request.headers['mcp-protocol-version']))
}

function notAllowed(method: string, allowed: string): HttpRefusal {
  const message = `${method} is not allowed here.`
  return new HttpRefusal(405, { code: RPC_CODES.invalidRequest, message }, { allow: allowed })
}
