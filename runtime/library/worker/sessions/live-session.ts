import {
  type AuthInfo,
  isInitializedNotification,
  isInitializeRequest,
  type JSONRPCMessage,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { ObjectStorage } from '../platform.ts'
import { eventLog } from './event-log.ts'
import { openCalls } from './open-calls.ts'
import type { SessionRecord } from './session-record.ts'

/** The transport's name of the stream that a client opens by GET. */
const LISTENING = '_GET_stream'

/** A session in memory. */
export interface LiveSession {
  readonly server: Server
  handle(request: Request, body: unknown, authInfo: AuthInfo): Promise<Response>
  close(): Promise<void>
}

/**
 * Brings a session into memory: a server that hears again what the client has told it about itself.
 * @param id  that clients send
 */
export async function openLiveSession(
  id: string,
  storage: ObjectStorage,
  record: SessionRecord,
  createServer: () => Server,
): Promise<LiveSession> {
  let isWaking = true
  const log = eventLog(storage)
  const calls = openCalls(storage)
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    eventStore: { ...log, storeEvent: async (stream, message) => (isWaking ? '' : keep(stream, message)) },
  })
  let arriving: unknown
  let turn: Promise<unknown> = Promise.resolve()

  function keep(stream: string, message: JSONRPCMessage): Promise<string> {
    // The transport begins the stream of what arrives with an empty event.
    if (Object.keys(message).length === 0) calls.begin(stream, arriving)
    else calls.end(message)
    return log.storeEvent(stream, message)
  }

  /** One at a time is taken in, so that each stream is known to belong to its calls; they are answered side by side. */
  function takeIn(request: Request, body: unknown, authInfo: AuthInfo): Promise<Response> {
    const taken = turn.then(async () => {
      if (request.method === 'GET') await endBroken(request.headers.get('last-event-id'))
      arriving = body
      return transport.handleRequest(request, { authInfo, ...(body !== undefined && { parsedBody: body }) })
    })
    turn = taken.catch(() => {})
    return taken
  }

  /** A client comes back for a stream long before its broken connection is noticed here: the new one takes its place. */
  async function endBroken(lastEventId: string | null): Promise<void> {
    const stream = lastEventId === null ? LISTENING : await log.getStreamIdForEventId?.(lastEventId)
    if (stream === LISTENING) transport.closeStandaloneSSEStream()
    else for (const call of calls.on(stream ?? '')) transport.closeSSEStream(call)
  }

  const send = transport.send.bind(transport)
  transport.send = async (message, options) => {
    if (!isUnasked(message, record)) await send(message, options)
  }
  const server = createServer()
  await server.connect(transport)
  for (const message of record.setup()) {
    const answer = await transport.handleRequest(repeated(message, id), { parsedBody: message })
    await answer.text()
  }
  for (const { stream, message } of calls.interrupted()) await log.storeEvent(stream, message)
  isWaking = false
  return {
    server,
    async handle(request, body, authInfo) {
      const response = await takeIn(request, body, authInfo)
      const name = response.ok ? setupName(body) : undefined
      // What has a name is one message.
      if (name !== undefined) record.keepSetup(name, body as object)
      return response
    },
    close: () => transport.close(),
  }
}

/** Messages that say how the server is to be to this client. */
function setupName(body: unknown): string | undefined {
  if (isInitializeRequest(body)) return 'initialize'
  if (isInitializedNotification(body)) return 'initialized'
  const isLevel = typeof body === 'object' && body !== null && 'method' in body && body.method === 'logging/setLevel'
  return isLevel ? 'level' : undefined
}

function repeated(message: object, id: string): Request {
  const accept = 'application/json, text/event-stream'
  return new Request('https://object/mcp', {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', 'mcp-session-id': id },
    body: JSON.stringify(message),
  })
}

/** News of a resource goes to whom asked for it. */
function isUnasked(message: JSONRPCMessage, record: SessionRecord): boolean {
  if (!('method' in message) || message.method !== 'notifications/resources/updated') return false
  const uri = message.params?.['uri']
  return typeof uri !== 'string' || !record.isSubscribed(uri)
}
