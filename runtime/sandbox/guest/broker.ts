import type { BrokerCall, WireError, WireResponse } from '../../library/wire.ts'
import type { AbortSignal } from './abort.ts'
import { base64ToBytes, bytesToBase64 } from './base64.ts'
import { Headers } from './headers.ts'
import { host, parseJson, toJson } from './host.ts'
import { Request } from './request.ts'
import { fetchedResponse, type Response } from './response.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

const waiting = new Map<number, Waiting>()
let lastId = 0

/** Asks the broker. @throws the broker's error, with its name, message and code */
export function callBroker(call: BrokerCall, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const json = toJson(call)
    const id = ++lastId
    // The process counts too; from here, a flood would only fill its memory.
    if (id > host.limits.hostCalls) return host.finish('limit', 'hostCalls', String(id))
    if (json.length > host.limits.argumentBytes) return host.finish('limit', 'argumentBytes', String(json.length))
    waiting.set(id, { resolve, reject })
    signal?.addEventListener('abort', () => giveUp(id, signal.reason), { once: true })
    host.call(id, json)
  })
}

/** Hands in the answer to a call. */
export function settleCall(id: number, ok: boolean, json: string): void {
  const call = waiting.get(id)
  waiting.delete(id)
  if (ok) call?.resolve(parseJson(json))
  else call?.reject(toError(parseJson(json) as WireError))
}

type RequestInit = ConstructorParameters<typeof Request>[1]

/** Fetch, by the broker. Redirects are followed there. */
export async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
  return send(new Request(input, init))
}

/** The same, showing the client certificate of a secret. */
export function certificateFetch({ certificate }: { readonly certificate: string }): typeof fetch {
  return async (input, init) => send(new Request(input, init), certificate)
}

async function send(request: Request, certificate?: string): Promise<Response> {
  const { url, method, headers, signal } = request
  signal.throwIfAborted()
  const bytes = request.body === null ? undefined : await request.bytes()
  const body = bytes === undefined ? {} : { body: bytesToBase64(bytes) }
  const shown = certificate === undefined ? {} : { certificate }
  const wire = { url, method, headers: [...headers], ...body, ...shown }
  // The broker answers a fetch with a WireResponse.
  const answer = (await callBroker({ kind: 'fetch', request: wire }, signal)) as WireResponse
  return fetchedResponse({
    url: answer.url,
    redirected: answer.url !== url,
    status: answer.status,
    statusText: answer.statusText,
    headers: new Headers(answer.headers),
    source: base64ToBytes(answer.body),
  })
}

function giveUp(id: number, reason: unknown): void {
  const call = waiting.get(id)
  if (!call) return
  waiting.delete(id)
  host.cancel(id)
  call.reject(reason)
}

function toError({ name, message, code }: WireError): Error {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  return code === undefined ? error : Object.assign(error, { code })
}
