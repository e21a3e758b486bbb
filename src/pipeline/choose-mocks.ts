import { isDeepStrictEqual } from 'node:util'
import type { Credential } from '../../runtime/library/http-call.ts'
import { pointerTokens } from '../../runtime/library/json-pointer.ts'
import type { Mock } from '../../runtime/library/mocks.ts'
import type { Server } from '../model/server.ts'
import type { JsonSchema, ToolDefinition, ToolHandler } from '../model/tool-definition.ts'
import { listSavedTests } from '../registry/saved-test-store.ts'
import { loadToolSource } from '../registry/source-store.ts'
import type { Services } from './services.ts'

export interface ChosenMocks {
  readonly mocks: readonly Mock[]
  /** What they were made of, for the report. */
  readonly from: string
}

/**
 * Finds answers for a try that neither is live nor brought mocks: those of a saved test, the description's own example,
 * or one made of its schema. None for hand-written code without saved tests: nothing says what it asks for.
 */
export async function chooseMocks(
  { server, tool, credentials, input }: Subject,
  services: Pick<Services, 'db' | 'workshop'>,
  signal: AbortSignal,
): Promise<ChosenMocks> {
  const { tests, source } = await services.db.as(server.tenantId, async (sql) => ({
    tests: await listSavedTests(sql, server.tenantId, server.id),
    source: await loadToolSource(sql, server.tenantId, server.id, tool.name),
  }))
  const own = tests.filter((test) => test.tool === tool.name && test.mocks.length > 0)
  const saved = own.find((test) => isDeepStrictEqual(test.input, input)) ?? own[0]
  const { handler } = tool
  // An operation's request depends on its input alone: another input's answers would not fit.
  const isFitting = saved && (handler.kind === 'code' || isDeepStrictEqual(saved.input, input))
  if (isFitting) return { mocks: saved.mocks, from: `the saved test "${saved.name}"` }
  if (handler.kind !== 'operation') return { mocks: [], from: 'nothing' }
  const asked = askedFor(handler, source, tool.outputSchema)
  const sampled = await services.workshop.run('sample-answer', asked, { tenantId: server.tenantId, signal })
  if (!sampled) {
    const body = valueUnder(handler.call.pick ?? '', {})
    return {
      mocks: [...credentials.flatMap(tokenMocks), { response: { body } }],
      from: 'nothing: the description shows no answer',
    }
  }
  const { status, contentType, body, base64, from } = sampled
  const content = base64 === undefined ? { body } : { base64 }
  const answer: Mock = { response: { status, headers: { 'content-type': contentType }, ...content } }
  return { mocks: [...credentials.flatMap(tokenMocks), answer], from: from === 'example' ? EXAMPLE : SCHEMA }
}

/** What answers look like: a protocol has a form of its own, else the description or the schema says it. */
function askedFor(
  { call, source: place }: ToolHandler & { kind: 'operation' },
  source: { readonly text: string; readonly overlay?: string } | undefined,
  schema: JsonSchema = {},
) {
  if (call.protocol) return { protocol: call.protocol }
  return source && place ? { ...source, pointer: place.pointer } : { schema }
}

/** A value that has another at the place that a JSON pointer names. */
function valueUnder(pointer: string, value: unknown): unknown {
  return pointerTokens(pointer).reduceRight((inner, token) => ({ [token]: inner }), value)
}

export interface Subject {
  readonly server: Server
  readonly tool: ToolDefinition
  readonly credentials: readonly Credential[]
  readonly input: Readonly<Record<string, unknown>>
}

const EXAMPLE = "the description's own example"
const SCHEMA = 'the schema of the answer'

/** Calls with a bearer token get that first. RFC 6749, section 5.1; OpenID Connect Discovery 1.0, section 4.2. */
function tokenMocks({ placement }: Credential): Mock[] {
  if (placement.type !== 'clientCredentials' && placement.type !== 'refreshToken') return []
  const body = { access_token: 'a-token', token_type: 'Bearer', expires_in: 3_600 }
  if ('tokenUrl' in placement) return [{ request: { url: placement.tokenUrl }, response: { body } }]
  const { origin } = new URL(placement.openIdConnectUrl)
  const provider = { issuer: origin, token_endpoint: `${origin}/token` }
  return [
    { request: { url: placement.openIdConnectUrl }, response: { body: provider } },
    { request: { url: provider.token_endpoint }, response: { body } },
  ]
}
