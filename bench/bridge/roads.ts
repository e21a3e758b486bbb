import { httpPost, openConnection, type LoadConnection } from './http-load.ts'

/** One client of an era: each `call` is a tools/call and its answer. */
export interface RoadClient {
  /** @throws when the answer is not the echo of `text` */
  call(text: string): Promise<void>
  close(): void
}

/** How a client of an era talks over HTTP. */
export interface Road {
  readonly name: string
  open(port: number): Promise<RoadClient>
}

export const modernRoad: Road = {
  name: '2026-07-28',
  async open(port) {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' }
    return callerOf(await openConnection(port), (id, text) =>
      httpPost(port, { ...echoCall(id, text), params: { ...echoCall(id, text).params, _meta: meta } }, headers),
    )
  },
}

export const sessionRoad: Road = {
  name: 'a session of 2025-11-25',
  async open(port) {
    const connection = await openConnection(port)
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
    const answer = await connection.send(httpPost(port, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, {}))
    const sessionId = /\r\nmcp-session-id: *([^\r]+)/i.exec(answer.toString('latin1'))?.[1] ?? ''
    const headers = { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' }
    return callerOf(connection, (id, text) => httpPost(port, echoCall(id, text), headers))
  },
}

function echoCall(id: number, text: string) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text } } }
}

function callerOf(connection: LoadConnection, requestOf: (id: number, text: string) => Buffer): RoadClient {
  let lastId = 0
  return {
    async call(text) {
      const answer = await connection.send(requestOf(++lastId, text))
      if (!answer.includes(`"text":"${text}"`)) throw new Error(`Not the echo: ${answer.toString('utf8')}`)
    },
    close: () => connection.close(),
  }
}
