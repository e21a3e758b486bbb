/** The file that shows client certificates (mutual TLS) on Node; web APIs alone cannot. */
export const certificateFetch = `import type { IncomingMessage } from 'node:http'
import { request as sendHttps } from 'node:https'
import { Readable } from 'node:stream'
import type { CertificateNames } from '../lib/client-certificate.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Fetch that shows the client certificate of two variables; without the second, the key stands in the first. */
export function certificateFetch(env: Environment): (names: CertificateNames) => typeof fetch {
  return ({ certificate, key }) => {
    const cert = pemOf(env[certificate])
    const pair = { cert, key: env[key] ? pemOf(env[key]) : cert }
    return async (input, init) => {
      const request = new Request(input, init)
      // The request's own signal follows this one through a weak reference.
      return send(request, init?.signal ?? request.signal, pair)
    }
  }
}

/** Files of settings often take one line only. */
function pemOf(text = ''): string {
  return text.replaceAll('\\\\n', '\\n')
}

async function send(request: Request, signal: AbortSignal, pair: { cert: string; key: string }): Promise<Response> {
  const { url, method } = request
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  // Answers come as they are: nothing here unpacks them.
  const headers = { ...Object.fromEntries(request.headers), 'accept-encoding': 'identity' }
  return new Promise((resolve, reject) => {
    const sent = sendHttps(url, { ...pair, method, headers, signal }, (answer) => resolve(responseOf(answer)))
    sent.on('error', reject)
    sent.end(body)
  })
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = answer
  const hasBody = ![204, 205, 304].includes(status)
  if (!hasBody) answer.resume()
  const headers = new Headers()
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    headers.append(answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? '')
  }
  // The streams of Node and of the web are one thing with two types.
  const stream = hasBody ? (Readable.toWeb(answer) as ReadableStream<Uint8Array>) : null
  return new Response(stream, { status, statusText, headers })
}
`
