import type { IncomingMessage, ServerResponse } from 'node:http'
import { readMessage, RPC_CODES, type RpcId } from '../protocol/json-rpc.ts'
import { claimedVersion, META, metaOf, MODERN_VERSIONS } from '../protocol/versions.ts'
import { createChildCaller } from './child-caller.ts'
import { envelope } from './envelope.ts'
import { HttpRefusal, readJsonBody, refuse } from './http-refusal.ts'
import { createLegacyFront } from './legacy-front.ts'
import { createModernFront } from './modern-front.ts'
import type { BridgeOptions, RequestOptions, ServerBridge } from './server-bridge.ts'

/** Any token will do: it only has to be there, and comes back to the call that it was given to. */
const PROGRESS = { [META.progressToken]: 'progress' }

/** One stdio child of 2026-07-28, shared by all clients, behind Streamable HTTP of every era. */
export function createServerBridge(options: BridgeOptions): ServerBridge {
  const { name, limits, onRequest = () => {} } = options
  const caller = createChildCaller(options)
  const modern = createModernFront(caller)
  const legacy = createLegacyFront(name, limits, caller)
  let isClosed = false

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isClosed) throw new HttpRefusal(503, { code: RPC_CODES.internal, message: `Server "${name}" was closed.` })
    if (request.method === 'POST') return await servePost(request, response)
    const isSessions = request.method === 'GET' || request.method === 'DELETE'
    if (!isSessions || isModernVersion(request)) {
      const message = `${request.method} is not allowed here.`
      throw new HttpRefusal(405, { code: RPC_CODES.invalidRequest, message }, { allow: 'POST' })
    }
    if (request.method === 'GET') legacy.openStream(request, response)
    else legacy.endSession(request, response)
  }

  async function servePost(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = readMessage(await readJsonBody(request, limits.bodyBytes))
    if (read.kind === 'invalid') return refuse(response, invalidMessage(read.problem), read.id)
    if (read.kind === 'response') return legacy.respond(request, response, read.message)
    if (read.kind === 'notification') {
      // On HTTP the closed stream cancels; 2026-07-28 has no other notification of a client.
      if (isModernVersion(request)) return void response.writeHead(202).end()
      return legacy.notify(request, response, read.message)
    }
    const { message } = read
    onRequest()
    try {
      const isModern = claimedVersion(message.params) !== undefined || isModernVersion(request)
      if (isModern) await modern.serve(request, response, message)
      else if (message.method === 'initialize') await legacy.initialize(response, message)
      else await legacy.serve(request, response, message)
    } catch (error) {
      answerThrown(response, error, message.id)
    }
  }

  function answerThrown(response: ServerResponse, error: unknown, id: RpcId | null): void {
    if (response.headersSent || response.destroyed) return void response.destroy()
    if (error instanceof HttpRefusal) return refuse(response, error, id)
    options.onLog('error', `The bridge failed: ${error instanceof Error ? error.message : String(error)}`)
    refuse(response, new HttpRefusal(500, { code: RPC_CODES.internal, message: 'The bridge failed.' }), id)
  }

  return {
    async handle(request, response) {
      try {
        await serve(request, response)
      } catch (error) {
        answerThrown(response, error, null)
      }
    },
    async request(method, params, { signal, onProgress }: RequestOptions = {}) {
      onRequest()
      if (method === 'server/discover') return await caller.discover(signal)
      const asked = onProgress ? { ...params, _meta: { ...metaOf(params), ...PROGRESS } } : params
      return await caller.call({
        method,
        params: claimedVersion(asked) === undefined ? envelope(asked) : asked,
        ...(signal && { signal }),
        onNotification: (notified, given) => {
          // The child is ours, and progress has this shape (2026-07-28: basic/patterns/progress).
          if (notified === 'notifications/progress') onProgress?.(given as unknown as Progress)
        },
      })
    },
    health: () => ({
      state: caller.supervisor.state,
      pid: caller.supervisor.pid,
      restarts: caller.supervisor.restarts,
      sessions: legacy.sessionCount,
      reason: caller.supervisor.reason,
    }),
    async wake(signal) {
      caller.supervisor.forgive()
      await caller.withChild(() => Promise.resolve(), signal)
    },
    replace: (startChild, signal) => caller.replace(startChild, signal),
    async close() {
      isClosed = true
      modern.close()
      legacy.close()
      await caller.close()
    },
  }
}

type Progress = Parameters<NonNullable<RequestOptions['onProgress']>>[0]

function isModernVersion(request: IncomingMessage): boolean {
  return MODERN_VERSIONS.includes(String(request.headers['mcp-protocol-version']))
}

function invalidMessage(problem: string): HttpRefusal {
  return new HttpRefusal(400, { code: RPC_CODES.invalidRequest, message: problem })
}
