import type { Credential } from '../../runtime/library/http-call.ts'
import type { Mock } from '../../runtime/library/mocks.ts'
import type { InputResponse } from '../../runtime/library/tool-context.ts'
import type { ClientSide, WireRequest, WireResponse } from '../../runtime/library/wire.ts'
import { markHidden } from '../../runtime/library/mark-hidden.ts'
import { toToolResult, type ToolResult } from '../../runtime/library/tool-result.ts'
import type { SandboxOutcome, SandboxResult, SandboxTask } from '../../runtime/sandbox/sandbox.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import { hostsOfCall } from '../model/server-hosts.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { listSharedCode } from '../registry/shared-code-store.ts'
import { bundleCode } from './check-code.ts'
import { tryExternal } from './connections/try-external.ts'
import { limitError } from './create-broker.ts'
import { placeholderOf } from './resolve-secrets.ts'
import type { Services } from './services.ts'
import { tryBroker } from './try-broker.ts'

export interface TryRequest {
  readonly server: Server
  readonly tool: ToolDefinition
  readonly credentials: readonly Credential[]
  readonly input: Readonly<Record<string, unknown>>
  readonly mocks: readonly Mock[]
  /** Requests that no mock answers are really sent; `reads`: those that change something get an empty object instead. */
  readonly live: boolean | 'reads'
  /** Files that the code imports as `../shared/NAME.ts`; by default those of the server. */
  readonly shared?: Readonly<Record<string, string>>
  /** Made already by the one who compiled the tool. */
  readonly bundle?: string
  /** Answers to what the tool asks the client, by the names of the questions: `input_1` … where it gave none. */
  readonly answers?: Readonly<Record<string, InputResponse>>
  /** The names of the secrets it may use, in place of those that are set. */
  readonly secrets?: readonly string[]
  /** Hears each request with its answer. */
  readonly onAnswer?: (request: WireRequest, answer: WireResponse) => void
  /** Hears of requests that were not sent: `POST https://…`. */
  readonly onNotSent?: (request: string) => void
}

export interface TryReport {
  readonly ok: boolean
  /** Absent when the tool threw or met a limit: see `problem`. */
  readonly result?: ToolResult
  readonly problem?: string
  readonly requests: SandboxOutcome['requests']
  readonly logs: SandboxOutcome['logs']
  readonly ms: number
  /** The names of those it could use. */
  readonly secrets: readonly string[]
}

/** Runs one tool once in the sandbox and reports all that happened. */
export async function tryTool(request: TryRequest, services: Services, signal: AbortSignal): Promise<TryReport> {
  const { server, tool, credentials, input, answers = {} } = request
  const client = { answers, abilities: EVERYTHING }
  if (tool.handler.kind === 'external') {
    if (!request.live) throw noMocks(tool.name)
    return tryExternal({ server, handler: tool.handler, input, client }, services, signal)
  }
  const hosts = hostsOfTool(tool, credentials)
  const resolver = await services.secrets.load(server.tenantId, server.id)
  const secrets = secretNames(request, resolver.names(hosts))
  const isOperation = tool.handler.kind === 'operation'
  const bundle = request.bundle ?? (await bundleOf(request, services, signal))
  const outcome = await services.sandbox.run({
    bundle,
    tenantId: server.tenantId,
    task: taskOf(tool, credentials, client),
    input,
    env: Object.fromEntries(secrets.map((name) => [name, placeholderOf(name)])),
    broker: tryBroker(request, hosts, bundle, resolver, services),
    signal,
  })
  const { logs, requests, ms } = outcome
  return { ...readResult(outcome.result, isOperation), logs, requests, ms, secrets }
}

async function bundleOf(
  { server, tool, shared }: TryRequest,
  services: Services,
  signal: AbortSignal,
): Promise<string> {
  const { tenantId } = server
  const { handler } = tool
  // What an operation needs is in the library; what it speaks is bundled with it.
  if (handler.kind === 'operation' && handler.call.protocol)
    return (await bundleCode({ tools: [tool] }, services, tenantId, signal)).bundle
  if (handler.kind !== 'code') return (await bundleCode({}, services, tenantId, signal)).bundle
  const files = shared ?? (await services.db.as(tenantId, (sql) => listSharedCode(sql, tenantId, server.id)))
  return (await bundleCode({ tools: [tool], shared: files }, services, tenantId, signal)).bundle
}

/** Nobody is really asked. */
const EVERYTHING: ClientSide['abilities'] = { form: true, url: true, sampling: true, roots: true }

function noMocks(tool: string): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `"${tool}" runs at a connected server, where no mock can answer.`,
    'Set live: true to really call it.',
  )
}

function taskOf(tool: ToolDefinition, credentials: readonly Credential[], client: ClientSide): SandboxTask {
  const { handler, ...definition } = tool
  if (handler.kind === 'operation')
    return { kind: 'operation', operation: { ...definition, call: handler.call }, credentials }
  if (handler.kind === 'code') return { kind: 'code', item: { kind: 'tool', name: tool.name }, client }
  throw new Error(`"${tool.name}" runs at a connected server.`)
}

function hostsOfTool({ handler }: ToolDefinition, credentials: readonly Credential[]): string[] {
  if (handler.kind === 'operation') return [...hostsOfCall(handler.call), ...credentials.flatMap(({ hosts }) => hosts)]
  return handler.kind === 'code' ? [...handler.hosts] : []
}

/** With mocks alone a credential that is not set is no reason to fail: nothing leaves. */
function secretNames({ live, credentials, secrets: given }: TryRequest, set: readonly string[]): readonly string[] {
  return given ?? [...new Set([...set, ...(live ? [] : credentials.map(({ name }) => name))])]
}

/** Our own refusals, of a host for instance, are no error of the code. */
function thrownText({ name, message }: Extract<SandboxResult, { kind: 'thrown' }>): string {
  return name === MetaError.name ? message : `${name}: ${message}`
}

function readResult(result: SandboxResult, isOperation: boolean): Pick<TryReport, 'ok' | 'result' | 'problem'> {
  switch (result.kind) {
    case 'value': {
      // An operation gives a ToolResult; code gives anything.
      const toolResult = markHidden(isOperation ? (result.value as ToolResult) : toToolResult(result.value))
      return { ok: toolResult.isError !== true, result: toolResult }
    }
    case 'thrown':
      return { ok: false, problem: [thrownText(result), result.frame].filter(Boolean).join('\n') }
    case 'limit':
      return { ok: false, problem: limitError(result).message }
    case 'input-needed':
      return { ok: false, problem: `The tool asks the client: ${JSON.stringify(result.requests)}` }
    case 'aborted':
      return { ok: false, problem: 'The try was cancelled.' }
  }
}
