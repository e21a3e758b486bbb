import { once } from 'node:events'
import { createServer } from 'node:http'

/** A server that a template's server stands in front of. */
export interface TemplateUpstream extends AsyncDisposable {
  readonly host: string
  readonly url: string
  /** `GET /orders`, in their order. */
  readonly requests: readonly string[]
  /** Answers no more: connections are refused. */
  die(): Promise<void>
}

/** Answers every request with its own name and what was asked; `/missing` is not there. */
export async function startTemplateUpstream(name: string): Promise<TemplateUpstream> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const status = request.url === '/missing' ? 404 : 200
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ name, method: request.method, authorization: request.headers.authorization }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const die = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { host, url: `http://${host}`, requests, die, [Symbol.asyncDispose]: die }
}
