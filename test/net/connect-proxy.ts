import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A loopback proxy: whatever a tunnel is asked for, it leads to one local port; plain requests it answers itself. */
export interface ConnectProxy extends Disposable {
  readonly host: string
  /** What was asked for: `CONNECT host:port`, or `GET http://…`. */
  readonly asked: string[]
  /** The heads of those requests. */
  readonly heads: IncomingMessage['headers'][]
}

/** @param refuses  hosts that it lets nobody through to */
export async function startConnectProxy(portBehind: number, refuses: readonly string[] = []): Promise<ConnectProxy> {
  const asked: string[] = []
  const heads: IncomingMessage['headers'][] = []
  const sockets = new Set<Socket>()
  const note = ({ method, url = '', headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`)
    heads.push(headers)
  }
  const server = createServer((request, response) => {
    note(request)
    response.end('from the proxy')
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request)
    if (refuses.some((host) => request.url?.startsWith(`${host}:`))) {
      return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    }
    const behind = connect(portBehind, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(behind).pipe(socket)
    })
    sockets.add(behind)
    for (const each of [socket, behind]) each.on('error', () => [socket, behind].forEach((end) => end.destroy()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server's address is never a pipe's name.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    heads,
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
