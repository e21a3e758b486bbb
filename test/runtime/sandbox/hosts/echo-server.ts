import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface EchoServer extends AsyncDisposable {
  readonly base: string
}

/** A server on loopback that tells what reached it, at /echo. */
export async function openEchoServer(): Promise<EchoServer> {
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://echo')
  if (pathname === '/silent') return
  if (pathname === '/away') return void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
  const [, status] = /^\/to-echo\/(\d+)$/.exec(pathname) ?? []
  if (status !== undefined) return void response.writeHead(Number(status), { location: '/echo' }).end()
  if (pathname === '/moved') return void response.writeHead(302, { location: '/json' }).end()
  response.statusCode = pathname === '/none' ? 404 : 200
  response.setHeader('content-type', 'application/json')
  const { method, headers } = request
  const echo = { method, search, type: headers['content-type'] ?? null, mine: headers['x-mine'] ?? null }
  request.setEncoding('latin1')
  const body = Buffer.from(await text(request), 'latin1').toString('hex')
  response.end(JSON.stringify(pathname === '/echo' ? { ...echo, body } : { name: 'Zürich' }))
}
