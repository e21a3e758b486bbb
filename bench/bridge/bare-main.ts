/** `bare-main.ts <port>`: the echo server over HTTP as the SDK serves it, of both eras, without any bridge. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createMcpHandler } from '@modelcontextprotocol/server'
import {
  NodeStreamableHTTPServerTransport,
  type NodeIncomingMessageLike,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import { createEchoServer } from './echo-server.ts'

const handleModern = toNodeHandler(createMcpHandler(createEchoServer, { legacy: 'reject' }))
const sessions = new Map<string, NodeStreamableHTTPServerTransport>()

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers['mcp-protocol-version'] === '2026-07-28') {
    // Node's own type differs from that one only in where undefined may stand.
    return await handleModern(request as NodeIncomingMessageLike, response)
  }
  const known = sessions.get(String(request.headers['mcp-session-id']))
  await (known ?? (await openSession())).handleRequest(request, response)
}

async function openSession(): Promise<NodeStreamableHTTPServerTransport> {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    // As the bridge answers: JSON where nothing precedes the response. It is the faster of its two ways.
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  })
  await createEchoServer().connect(transport)
  return transport
}

createServer((request, response) => void handle(request, response)).listen(Number(process.argv[2]), '127.0.0.1')
