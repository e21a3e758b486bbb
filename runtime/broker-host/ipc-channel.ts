import type {
  BrokerCall,
  BrokerNotice,
  FromBroker,
  ToBroker,
  WireError,
  WireRequest,
  WireResponse,
} from '../library/wire.ts'

export interface BrokerCallOptions {
  readonly signal?: AbortSignal
  /** Log and progress notices of a `run`. */
  readonly onNotice?: (notice: BrokerNotice) => void
}

/** The child's end of the channel to the broker. */
export interface BrokerConnection {
  /** @throws the broker's error, with its name, message and code */
  call(call: BrokerCall, options: BrokerCallOptions): Promise<unknown>
  notice(notice: BrokerNotice): void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly onNotice: ((notice: BrokerNotice) => void) | undefined
}

/** Joins the IPC channel this process was started with; when it closes, the process ends. */
export function connectBroker(): BrokerConnection {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  process.on('message', (message: FromBroker) => {
    const call = waiting.get(message.id)
    if (!call) return
    if ('notice' in message) return call.onNotice?.(message.notice)
    waiting.delete(message.id)
    if ('error' in message) call.reject(toError(message.error))
    else call.resolve(message.result)
  })
  process.on('disconnect', () => process.exit(0))

  return {
    call(call, { signal, onNotice }) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const id = ++lastId
        waiting.set(id, { resolve, reject, onNotice })
        signal?.addEventListener(
          'abort',
          () => {
            if (!waiting.delete(id)) return
            send({ cancel: id })
            reject(signal.reason as Error)
          },
          { once: true },
        )
        send({ id, call })
      })
    },
    notice: (notice) => send({ notice }),
  }
}

/**
 * Fetch over the broker. Redirects are followed there, each checked again.
 * @param certificate  name of the secret whose client certificate is shown
 */
export function brokerFetch(connection: BrokerConnection, certificate?: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = request.body === null ? undefined : toBase64(new Uint8Array(await request.arrayBuffer()))
    const wire: WireRequest = {
      url: request.url,
      method: request.method,
      headers: [...request.headers],
      ...(body && { body }),
      ...(certificate !== undefined && { certificate }),
    }
    // The broker answers a fetch with a WireResponse.
    const answer = (await connection.call({ kind: 'fetch', request: wire }, { signal: request.signal })) as WireResponse
    const hasBody = answer.status !== 204 && answer.status !== 205 && answer.status !== 304
    const response = new Response(hasBody ? Buffer.from(answer.body, 'base64') : null, {
      status: answer.status,
      statusText: answer.statusText,
      headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
    })
    Object.defineProperty(response, 'url', { value: answer.url })
    return response
  }
}

function send(message: ToBroker): void {
  process.send?.(message)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function toError(error: WireError): Error {
  const { name, message, code, requests, resume } = error
  return Object.assign(new Error(message), {
    name,
    ...(code && { code }),
    ...(requests !== undefined && { requests }),
    ...(resume !== undefined && { resume }),
  })
}
