import { isObject, type JsonObject } from '../../../bridge/protocol/json-rpc.ts'
import { InputNeeded } from '../../../runtime/library/input-needed.ts'
import type { ToolResult } from '../../../runtime/library/tool-result.ts'
import type { ClientSide } from '../../../runtime/library/wire.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { hostOf } from '../../model/connection.ts'
import type { ExternalHandler } from '../../model/tool-definition.ts'
import { isHostApproved } from '../../registry/connection-store.ts'
import { redactText } from '../../secrets/redact.ts'
import type { Services } from '../services.ts'
import type { ConnectionTarget } from './connections.ts'
import type { LiveConnection, UpstreamCall } from './live-connection.ts'
import { refuseChanged } from './refuse-changed.ts'
import { tokenOf } from './connection-credentials.ts'
import { answerParams, canBeAsked, capabilitiesOf, type Questions, readQuestions } from './upstream-questions.ts'

export interface ExternalCall {
  readonly target: ConnectionTarget
  /** As the version that is called has it. */
  readonly handler: ExternalHandler
  readonly input: unknown
  readonly client: ClientSide
}

/** A server that goes on asking what nobody can answer is stopped. */
const DECLINES = 5
const RESULT_CHARACTERS = 3_000_000

/**
 * Calls a tool of a connected server, if it is still defined as it was allowed.
 * @throws MetaError TOOL_CHANGED, TOOL_GONE, UPSTREAM_UNREACHABLE, LIMIT_EXCEEDED, TOOL_FAILED …; InputNeeded
 */
export async function callExternal(
  { target, handler, input, client }: ExternalCall,
  services: Pick<Services, 'connections' | 'db' | 'secrets'>,
  signal: AbortSignal,
  onProgress: UpstreamCall['onProgress'],
): Promise<ToolResult> {
  await requireApproved(target, services)
  return services.connections.use(target, async (live) => {
    const listing = await live.list(signal)
    const now = listing.tools.find(({ definition }) => definition.name === handler.tool)
    if (now?.digest !== handler.digest) return refuseChanged(target, handler, listing, services)
    const params = { name: handler.tool, arguments: input, ...answerParams(client.resume, client.answers) }
    const result = await finish(live, params, client, { signal, onProgress })
    return readResult(result, target, await tokenOf(target, services.secrets))
  })
}

/** A person may take back that a host is connected. */
async function requireApproved(
  { tenantId, connection }: ConnectionTarget,
  { db }: Pick<Services, 'db'>,
): Promise<void> {
  const host = hostOf(connection)
  if (await db.as(tenantId, (sql) => isHostApproved(sql, tenantId, host))) return
  throw new MetaError(
    'FORBIDDEN',
    `Nobody allows tools of "${host}" any more.`,
    'Connect it again with connect_external, and a person is asked.',
  )
}

/**
 * Calls until there is a result, or a question for the client. Elicitations that it does not take are declined for it.
 * @throws InputNeeded
 */
async function finish(
  live: LiveConnection,
  params: JsonObject,
  { abilities }: ClientSide,
  options: Pick<UpstreamCall, 'signal' | 'onProgress'>,
): Promise<JsonObject> {
  const capabilities = capabilitiesOf(abilities)
  let current = params
  for (let declines = 0; declines <= DECLINES; declines++) {
    const result = await live.call({ params: current, capabilities, ...options })
    if (result['resultType'] !== 'input_required') return result
    const { questions, resume } = readQuestions(result)
    const refused = Object.values(questions).filter((question) => !canBeAsked(question, abilities))
    if (refused.length === 0) throw new InputNeeded(questions, resume)
    if (refused.some(({ kind }) => kind === 'sampling' || kind === 'roots')) throw cannotAsk(refused[0]?.kind)
    current = { ...params, ...answerParams(resume, declineAll(questions)) }
  }
  throw cannotAsk('form')
}

function declineAll(questions: Questions): ClientSide['answers'] {
  return Object.fromEntries(Object.keys(questions).map((name) => [name, { action: 'decline' as const }]))
}

function cannotAsk(kind = 'input'): MetaError {
  return new MetaError(
    'TOOL_FAILED',
    `The connected server asks the client (${kind}), which this one does not offer.`,
    'Use a client that does.',
  )
}

/** The result as it came, without what belongs to the way here. @param token  must not come back */
function readResult(result: JsonObject, { connection }: ConnectionTarget, token: string | undefined): ToolResult {
  const { content, structuredContent, isError, _meta } = result
  if (!Array.isArray(content) && !isObject(structuredContent)) {
    throw new MetaError(
      'TOOL_FAILED',
      `"${hostOf(connection)}" answered with something that is no result of a tool.`,
      'Ask who runs it.',
    )
  }
  const meta = Object.entries(isObject(_meta) ? _meta : {}).filter(
    ([key]) => !key.startsWith('io.modelcontextprotocol/'),
  )
  const kept = {
    content: Array.isArray(content) ? content : [],
    ...(isObject(structuredContent) && { structuredContent }),
    ...(isError === true && { isError }),
    ...(meta.length > 0 && { _meta: Object.fromEntries(meta) }),
  }
  const text = JSON.stringify(kept)
  if (text.length > RESULT_CHARACTERS) {
    throw new MetaError(
      'LIMIT_EXCEEDED',
      `"${hostOf(connection)}" answered with ${text.length} characters, more than ${RESULT_CHARACTERS}.`,
      'Ask for less: a smaller page, fewer fields, a narrower query.',
    )
  }
  const secrets = token === undefined ? [] : [{ name: connection.token ?? 'TOKEN', value: token }]
  // Blocks are the server's: clients read those that they know.
  return JSON.parse(redactText(text, secrets)) as ToolResult
}
