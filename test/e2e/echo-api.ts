import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface EchoApi extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
  /** Every request it got, as text. */
  readonly heard: readonly string[]
}

/** An API that repeats all it is sent, in its status line, its headers and in several forms in its body. */
export async function startEchoApi(): Promise<EchoApi> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    let sent = `${request.url}\n${JSON.stringify(request.headers)}\n`
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()))
    request.on('end', () => {
      heard.push(sent)
      if (request.url?.includes('/reset')) return void response.destroy()
      const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8')
      const forms = [sent, decodeURIComponent(request.url ?? ''), basic]
      const body = { forms, base64: forms.map((form) => Buffer.from(form).toString('base64')) }
      const headers = {
        'content-type': 'application/json',
        'x-echo': encodeURIComponent(sent),
        'x-url': request.url ?? '',
      }
      response.writeHead(request.url?.includes('/500') ? 500 : 200, headers).end(JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server's address is an AddressInfo.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
