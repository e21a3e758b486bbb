import { createHmac } from 'node:crypto'
import { type Mock, mockedAnswers, mockedParts } from '../../runtime/library/mocks.ts'
import { memoryStore } from '../../runtime/library/server/memory-store.ts'
import type { WireResponse } from '../../runtime/library/wire.ts'
import type { Broker } from '../../runtime/supervisor/broker.ts'
import { MetaError } from '../errors/meta-error.ts'
import { createBroker } from './create-broker.ts'
import { refuseChange } from './refuse-change.ts'
import { placeholderOf, type SecretResolver } from './resolve-secrets.ts'
import type { Services } from './services.ts'
import type { TryRequest } from './try-tool.ts'

/** What a tried tool can ask for: answers of mocks, and real ones when the try is live; what it keeps is forgotten. */
export function tryBroker(
  request: TryRequest,
  hosts: readonly string[],
  bundle: string,
  secrets: SecretResolver,
  services: Services,
): Broker {
  const real = createBroker({
    tenantId: request.server.tenantId,
    caller: `${request.server.tenantId}/${request.server.id}`,
    hosts,
    egress: services.egress,
    secrets,
    sandbox: services.sandbox,
    toolsBundle: bundle,
    // What a try keeps is forgotten with it.
    store: memoryStore(),
    saveCredential: (name, value) => keepRefreshToken(request, services, name, value),
    onNotice: () => {},
    // A try puts nothing off; the code goes on as if it did.
    schedule: () => Promise.resolve(),
  })
  const answers = mockedAnswers(request.mocks)
  const send: Broker['call'] = async (call, options) => {
    if (call.kind === 'fetch') refuseChange(request.tool.name, request.tool.effect, call.request.method)
    const mocked = call.kind === 'fetch' ? answers(call.request) : undefined
    if (call.kind === 'fetch' && mocked) return toWire(call.request.url, mocked)
    if (call.kind !== 'fetch' || isSent(request, call.request.method)) return real.call(call, options)
    if (request.live === 'reads') {
      request.onNotSent?.(`${call.request.method} ${call.request.url}`)
      return toWire(call.request.url, { body: {} })
    }
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `No mock answers ${call.request.method} ${call.request.url}.`,
      'Give one in mocks, or set live: true to send the request.',
    )
  }
  return {
    call: async (call, options) => {
      // The same signature each time, and without the secret.
      if (call.kind === 'sign' && request.live === false) return signature(placeholderOf(call.secretName), call.data)
      const answer = await send(call, options)
      // The broker's answer to a request.
      if (call.kind === 'fetch') request.onAnswer?.(call.request, answer as WireResponse)
      return answer
    },
    notice: () => {},
  }
}

/** A login would end with the try when its real token server gave another refresh token and nobody kept it. */
function keepRefreshToken(
  { server, credentials, mocks, live }: TryRequest,
  { secrets }: Services,
  name: string,
  value: string,
): Promise<void> {
  const isReal = live !== false && !JSON.stringify(mocks).includes(JSON.stringify(value).slice(1, -1))
  return isReal ? secrets.replaceRefreshToken({ ...server, credentials }, name, value) : Promise.resolve()
}

/** What only reads may be sent where changes may not; many searches are a POST. */
function isSent({ live, tool }: TryRequest, method: string): boolean {
  if (live !== 'reads') return live
  return /^(GET|HEAD|OPTIONS|QUERY)$/i.test(method) || (tool.effect === 'read' && /^POST$/i.test(method))
}

function toWire(url: string, answer: Mock['response']): WireResponse {
  const { status, headers, bytes } = mockedParts(answer)
  const body = Buffer.from(bytes).toString('base64')
  return { url, status, statusText: '', headers: Object.entries(headers), body }
}

function signature(key: string, data: string): string {
  return createHmac('sha256', key).update(data).digest('hex')
}
