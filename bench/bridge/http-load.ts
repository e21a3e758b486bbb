import { connect, type Socket } from 'node:net'

/** One client's connection: a request is written as bytes made before, and its answer read no further than needed. */
export interface LoadConnection {
  /** @returns the answer's bytes. @throws when the connection ends or the status is not 200 */
  send(request: Buffer): Promise<Buffer>
  close(): void
}

/** Opens a connection that is kept alive. It costs so little itself that the server is what is measured. */
export async function openConnection(port: number): Promise<LoadConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | undefined
  let received: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (!isComplete(received)) return
    const answer = received
    received = Buffer.alloc(0)
    if (answer.toString('latin1', 9, 12) === '200') waiting?.resolve(answer)
    else waiting?.reject(new Error(answer.toString('utf8').slice(0, 500)))
  })
  endWith(socket, (error) => waiting?.reject(error))
  return {
    send(request) {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
      waiting = { resolve, reject }
      socket.write(request)
      return promise
    },
    close: () => socket.destroy(),
  }
}

function endWith(socket: Socket, onEnd: (error: Error) => void): void {
  socket.on('error', onEnd)
  socket.on('close', () => onEnd(new Error('The server closed the connection.')))
}

/** RFC 9112, section 6: by Content-Length, or by the last chunk. */
function isComplete(received: Buffer): boolean {
  const bodyAt = received.indexOf('\r\n\r\n') + 4
  if (bodyAt === 3) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, bodyAt))?.[1]
  if (length !== undefined) return received.length >= bodyAt + Number(length)
  return received.length >= bodyAt + 5 && received.toString('latin1', received.length - 5) === '0\r\n\r\n'
}

export function httpPost(port: number, body: object, headers: Readonly<Record<string, string>>): Buffer {
  const text = JSON.stringify(body)
  const all = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST /mcp HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
}
