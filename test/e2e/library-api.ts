import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

export interface LibraryApi extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
  /** Its description, as YAML, naming this host. */
  readonly description: string
  readonly requests: {
    readonly method: string
    readonly url: string
    readonly authorization: string | undefined
    readonly body: string
  }[]
}

/** A small real API on loopback that remembers what it was asked. */
export async function startLibraryApi(): Promise<LibraryApi> {
  const requests: LibraryApi['requests'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body,
      })
      answer(request.method ?? '', request.url ?? '', response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an AddressInfo.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const fixture = readFileSync(path.resolve(import.meta.dirname, '../fixtures/descriptions/library.yaml'), 'utf8')
  return {
    host,
    description: fixture.replaceAll('127.0.0.1:4010', host),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function answer(method: string, url: string, response: ServerResponse): void {
  const json = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  const book = { id: 1, title: 'Dune', author: 'Frank Herbert' }
  if (method === 'GET' && /^\/books(\?|$)/.test(url)) return json(200, { items: [book], total: 1 })
  if (method === 'GET' && url.startsWith('/books/1')) return json(200, book)
  if (method === 'GET') return json(404, { message: 'not found' })
  if (method === 'DELETE') return void response.writeHead(204).end()
  return json(201, book)
}
