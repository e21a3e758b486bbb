import type { CallContext } from '../../../runtime/library/call-operation.ts'
import type { Clock } from '../../../runtime/library/clock.ts'
import type { Credential, HttpCall, HttpParameter } from '../../../runtime/library/http-call.ts'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { Operation } from '../../../runtime/library/operation.ts'

/** A request as it would go out. */
export interface RecordedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A fetch that writes down what it is given and answers with `answer`. */
export function recordingFetch(answer: () => Response = () => new Response(null, { status: 204 })) {
  const requests: RecordedRequest[] = []
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    })
    return answer()
  }
  return { requests, fetch: send }
}

export function contextWith(parts: Partial<CallContext>): CallContext {
  return { fetch, env: {}, credentials: [], signal: new AbortController().signal, clock: stillClock(), ...parts }
}

/** A GET of https://api.example.com/v1/things, with what a test changes. */
export function operationWith(call: Partial<HttpCall>, inputSchema: JsonSchema = { type: 'object' }): Operation {
  return {
    name: 'do_it',
    description: 'Does it.',
    effect: 'read',
    inputSchema,
    call: {
      kind: 'http',
      method: 'GET',
      path: '/things',
      servers: [{ url: 'https://api.example.com/v1' }],
      parameters: [],
      accept: ['application/json'],
      security: [],
      ...call,
    },
  }
}

/** A parameter called `color` for the argument of that name, with the default style of its place. */
export function parameterWith(parts: Partial<HttpParameter>): HttpParameter {
  const place = parts.in ?? 'query'
  const style = place === 'path' || place === 'header' ? 'simple' : 'form'
  return { argument: 'color', name: 'color', in: place, style, explode: style === 'form', ...parts }
}

export function credentialWith(parts: Partial<Credential>): Credential {
  return { name: 'TOKEN', hosts: ['api.example.com'], placement: { type: 'bearer' }, purpose: 'to get in', ...parts }
}

/** Time that passes only where something waits for it; `waits` are in milliseconds. */
export function stillClock(nowMs = 0): Clock & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => nowMs + waits.reduce((sum, ms) => sum + ms, 0),
    wait: async (ms) => void waits.push(ms),
  }
}
