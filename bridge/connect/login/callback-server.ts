import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { raceAbort } from '../../protocol/race-abort.ts'
import { LoginFailed } from './login-failed.ts'

/** Where the browser comes back to, on this machine (RFC 8252, section 7.3). */
export interface Callback extends AsyncDisposable {
  readonly redirectUri: string
  /** The parameters of the answer that carries our `state`. @throws the signal's reason */
  answer(signal: AbortSignal): Promise<URLSearchParams>
}

export interface CallbackPorts {
  /** A person registered it with the server: no other will do. */
  readonly fixed?: number | undefined
  /** Of an earlier registration, which holds for that port alone. */
  readonly preferred?: number | undefined
}

/**
 * Binds the port at once, so that what is registered later is ours.
 * @param state  an answer without it is somebody else's, and is not taken
 * @throws LoginFailed when the fixed port is taken
 */
export async function openCallback(state: string, { fixed, preferred }: CallbackPorts): Promise<Callback> {
  const { promise, resolve } = Promise.withResolvers<URLSearchParams>()
  const server = createServer((request, response) => {
    const parameters = readAnswer(request, state)
    if (parameters) resolve(parameters)
    sendPage(response, parameters)
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    // A TCP server's address is an AddressInfo.
    return (server.address() as AddressInfo).port
  }
  const port = await listen(fixed ?? preferred ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (fixed === undefined) return listen(0)
    throw new LoginFailed(
      `The port ${fixed} for the answer of the login cannot be used (${error.code}).`,
      'End what uses it, or give another that is registered with --callback-port.',
    )
  })
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    answer: (signal) => raceAbort(promise, signal),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      // The page may still be on its way to the browser; what hangs after that is cut.
      const cut = setTimeout(() => server.closeAllConnections(), 500)
      await closed
      clearTimeout(cut)
    },
  }
}

function readAnswer(request: IncomingMessage, state: string): URLSearchParams | undefined {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (request.method !== 'GET' || url.pathname !== '/callback') return undefined
  return isSame(url.searchParams.get('state') ?? '', state) ? url.searchParams : undefined
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Fixed texts only: nothing of the request comes back in the page. */
function sendPage(response: ServerResponse, answer: URLSearchParams | undefined): void {
  const text = !answer
    ? 'This page belongs to no login that is under way.'
    : answer.has('code')
      ? 'The login is complete. You can close this window and go back to your client.'
      : 'The login was not granted. You can close this window; your client says why.'
  response.writeHead(answer ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'",
    connection: 'close',
  })
  response.end(`<!doctype html><title>mcpwright</title><p>${text}</p>`)
}
