import { afterAll, describe, expect, it } from 'vitest'
import { LOCAL_TENANT } from '../../../src/model/ids.ts'
import type { Credential } from '../../../runtime/library/http-call.ts'
import type { Operation } from '../../../runtime/library/operation.ts'
import type { WireResponse } from '../../../runtime/library/wire.ts'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import type { SandboxOutcome } from '../../../runtime/sandbox/sandbox.ts'
import type { Broker } from '../../../runtime/supervisor/broker.ts'
import { credentialWith, operationWith, parameterWith } from '../library/wire.ts'
import { fakeBroker, LIMITS, wireResponse } from './running.ts'
import { bundleOf } from './tool-bundle.ts'

const sandbox = createSandbox({ limits: LIMITS, runners: 1, idleMs: 10_000 })
afterAll(() => sandbox.close())

const SIGNED_IN = { credentials: [credentialWith({})], env: { TOKEN: '{{secret:TOKEN}}' } }

async function call(
  operation: Operation,
  input: unknown,
  broker: Broker,
  {
    credentials,
    env,
  }: { readonly credentials: readonly Credential[]; readonly env: Record<string, string> } = SIGNED_IN,
): Promise<SandboxOutcome> {
  return await sandbox.run({
    bundle: await bundleOf({}),
    tenantId: LOCAL_TENANT,
    task: { kind: 'operation', operation, credentials },
    input,
    env,
    broker,
  })
}

const moved = (location: string) => wireResponse('', { status: 307, headers: [['location', location]] })
const answering = (answer: WireResponse) => fakeBroker({ fetch: () => answer })

describe('an imported operation in the sandbox', () => {
  it('is called as it is described, with its credential', async () => {
    const operation = operationWith({
      method: 'POST',
      path: '/things/{id}',
      parameters: [
        parameterWith({ argument: 'id', name: 'id', in: 'path' }),
        parameterWith({ argument: 'tags', name: 'tag' }),
        parameterWith({ argument: 'trace', name: 'X-Trace', in: 'header' }),
      ],
      body: { kind: 'argument', argument: 'body', mediaType: 'application/json', required: true },
      security: [['TOKEN']],
    })
    const broker = answering(wireResponse('{"id":"a/b","size":3}'))
    const input = { id: 'a/b', tags: ['x y', 'z'], trace: 't1', body: { name: 'ä' } }
    const { result, requests } = await call(operation, input, broker)
    expect(result).toMatchObject({ kind: 'value', value: { structuredContent: { id: 'a/b', size: 3 } } })
    expect(requests).toMatchObject([
      { method: 'POST', url: 'https://api.example.com/v1/things/a%2Fb?tag=x%20y&tag=z', status: 200 },
    ])
    const sent = broker.calls[0]
    expect(sent?.kind === 'fetch' && Object.fromEntries(sent.request.headers)).toMatchObject({
      authorization: 'Bearer {{secret:TOKEN}}',
      'content-type': 'application/json',
      'x-trace': 't1',
    })
    expect(sent?.kind === 'fetch' && Buffer.from(sent.request.body ?? '', 'base64').toString()).toBe('{"name":"ä"}')
  })

  it('names its client certificate to the broker, which has it', async () => {
    const broker = answering(wireResponse('{}'))
    await call(operationWith({ security: [['SEEN_CERT']] }), {}, broker, {
      credentials: [credentialWith({ name: 'SEEN_CERT', placement: { type: 'mutualTLS', key: 'SEEN_KEY' } })],
      env: { SEEN_CERT: '{{secret:SEEN_CERT}}' },
    })
    expect(broker.calls).toMatchObject([{ kind: 'fetch', request: { certificate: 'SEEN_CERT' } }])
  })

  it('sends files as multipart and as base64', async () => {
    const operation = operationWith({
      method: 'POST',
      body: { kind: 'argument', argument: 'body', mediaType: 'multipart/form-data', required: true },
    })
    const broker = answering(wireResponse('{"ok":true}'))
    const { result } = await call(operation, { body: { note: 'n', n: 5 } }, broker)
    const sent = broker.calls[0]
    const text = sent?.kind === 'fetch' ? Buffer.from(sent.request.body ?? '', 'base64').toString() : ''
    expect(result).toMatchObject({ kind: 'value', value: { structuredContent: { ok: true } } })
    expect(text).toContain('name="note"')
  })

  it('turns refusals, images and broken answers into results that help', async () => {
    const operation = operationWith({})
    const refused = await call(operation, {}, answering(wireResponse('{"error":"no"}', { status: 403 })))
    const image = { headers: [['content-type', 'image/png']], body: 'iVBORw0KGgo=' } as const
    const pictured = await call(operation, {}, answering(wireResponse('', image)))
    const failing = fakeBroker({ fetch: () => Promise.reject(new Error('no route to host')) })
    const unreachable = await call(operation, {}, failing)
    expect(refused.result).toMatchObject({ kind: 'value', value: { isError: true } })
    expect(pictured.result).toMatchObject({
      kind: 'value',
      value: { content: [{ type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' }] },
    })
    expect(unreachable.result).toMatchObject({ kind: 'value', value: { isError: true } })
    expect(JSON.stringify(unreachable.result)).toContain('no route to host')
  })

  it('follows redirects within its origin only', async () => {
    let asked = 0
    const near = fakeBroker({ fetch: () => (asked++ === 0 ? moved('/v1/other') : wireResponse('{"here":1}')) })
    const far = answering(moved('https://evil.example/'))
    expect((await call(operationWith({}), {}, near)).result).toMatchObject({
      kind: 'value',
      value: { structuredContent: { here: 1 } },
    })
    expect((await call(operationWith({}), {}, far)).result).toMatchObject({ kind: 'value', value: { isError: true } })
    expect(far.calls).toHaveLength(1)
  })

  it('gives up shortly before the run would be ended, and says so', async () => {
    const silent = fakeBroker({ fetch: () => new Promise(() => {}) })
    const { result } = await call(operationWith({}), {}, silent)
    expect(result).toMatchObject({ kind: 'value', value: { isError: true } })
  })

  it('reads a large answer within its limits', async () => {
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `Nâme ${id}` })))
    const { result } = await call(operationWith({}), {}, answering(wireResponse(rows)))
    expect(result).toMatchObject({ kind: 'value', value: { content: [{ type: 'text' }] } })
  })
})
