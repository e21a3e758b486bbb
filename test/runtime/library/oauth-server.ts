import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What was asked at the token address: the header decoded, and the body. */
export interface AskedToken {
  readonly path: string
  readonly basic: string
  readonly body: string
}

/** A loopback OpenID provider, its token server at /token, and an API at every other path. */
export interface OAuthServer extends Disposable {
  readonly host: string
  readonly origin: string
  readonly asked: AskedToken[]
  /** `METHOD authorization` of each call of the API. */
  readonly called: string[]
  /** How often the metadata was read. */
  readonly discovered: () => number
}

type Answer = { readonly status?: number; readonly body: object }

export async function startOAuthServer(
  answerToken: (asked: AskedToken, count: number) => Answer,
  metadata: (origin: string) => object = () => ({}),
): Promise<OAuthServer> {
  const asked: AskedToken[] = []
  const called: string[] = []
  let discovered = 0
  let origin = ''
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { url: path = '', headers, method } = request
      response.setHeader('content-type', 'application/json')
      if (path.includes('/.well-known/')) {
        discovered++
        return response.end(JSON.stringify({ issuer: origin, token_endpoint: `${origin}/token`, ...metadata(origin) }))
      }
      if (method === 'POST' && path.includes('token')) {
        const basic = Buffer.from((headers.authorization ?? '').slice(6), 'base64').toString()
        asked.push({ path, basic, body })
        const answer = answerToken({ path, basic, body }, asked.length)
        return response.writeHead(answer.status ?? 200).end(JSON.stringify(answer.body))
      }
      called.push(`${method} ${headers.authorization}`)
      return response.end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  origin = `http://${host}`
  return {
    host,
    origin,
    asked,
    called,
    discovered: () => discovered,
    [Symbol.dispose]: () => server.close().closeAllConnections(),
  }
}

export function granted(count: number, more: object = {}): Answer {
  return { body: { access_token: `token-number-${count}`, token_type: 'bearer', expires_in: 3600, ...more } }
}
