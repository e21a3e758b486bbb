import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { WireCase } from './wire-cases.ts'

export interface Arrived {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A loopback server that writes down the last request and answers `{"ok":true}`. */
export async function startRecording(): Promise<
  AsyncDisposable & { readonly host: string; take(): Arrived | undefined }
> {
  let last: Arrived | undefined
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      last = { url: request.url ?? '', headers: request.headers, body }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    take() {
      const taken = last
      last = undefined
      return taken
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whether the request is the one that the case demands, to the byte. */
export function isExact({ id, expected }: WireCase, arrived: Arrived | undefined): boolean {
  if (!arrived) return false
  const { prefix = '', url, headers = {}, body, bodyHolds = [] } = expected
  return (
    (url === undefined ? arrived.url.startsWith(`${prefix}/${id}`) : arrived.url === `${prefix}/${id}${url}`) &&
    Object.entries(headers).every(
      ([name, value]) => String(arrived.headers[name]).split(/;\s*charset/i)[0] === value,
    ) &&
    (body === undefined || arrived.body === body) &&
    bodyHolds.every((part) => arrived.body.includes(part))
  )
}
