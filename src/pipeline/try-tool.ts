import type { Credential } from '../../runtime/library/http-call.ts'
import type { InputResponse } from '../../runtime/library/tool-context.ts'
import type { BrokerCall, ClientSide, WireRequest, WireResponse } from '../../runtime/library/wire.ts'
import { toToolResult, type ToolResult } from '../../runtime/library/tool-result.ts'
import type { SandboxOutcome, SandboxResult, SandboxTask } from '../../runtime/sandbox/sandbox.ts'
import type { Broker } from '../../runtime/supervisor/broker.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Server } from '../model/server.ts'
import { hostsOfCall } from '../model/server-hosts.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { bundleCode } from './check-code.ts'
import { tryExternal } from './connections/try-external.ts'
import { createBroker, limitError, visibleEnvironment } from './create-broker.ts'
import type { SecretResolver } from './resolve-secrets.ts'
import type { Services } from './services.ts'

/** An answer for requests of a try that leave for nowhere. */
export interface Mock {
  readonly request?: { readonly method?: string; readonly url?: string }
  readonly response: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
}

export interface TryRequest {
  readonly server: Server
  readonly tool: ToolDefinition
  readonly credentials: readonly Credential[]
  readonly input: Readonly<Record<string, unknown>>
  readonly mocks: readonly Mock[]
  /** Requests that no mock answers are really sent. */
  readonly live: boolean
  /** Made already by the one who compiled the tool. */
  readonly bundle?: string
  /** Answers to what the tool asks the client, by the names of the questions: `input_1` … where it gave none. */
  readonly answers?: Readonly<Record<string, InputResponse>>
}

export interface TryReport {
  readonly ok: boolean
  /** Absent when the tool threw or met a limit: see `problem`. */
  readonly result?: ToolResult
  readonly problem?: string
  readonly requests: SandboxOutcome['requests']
  readonly logs: SandboxOutcome['logs']
  readonly ms: number
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
  const secrets = await services.secrets.load(server.tenantId, server.id)
  const isOperation = tool.handler.kind === 'operation'
  const bundle = request.bundle ?? (await bundleCode({ tools: isOperation ? [] : [tool] }, services, signal)).bundle
  const outcome = await services.sandbox.run({
    bundle,
    task: taskOf(tool, credentials, client),
    input,
    env: environmentOf(request, hosts, secrets),
    broker: tryBroker(request, hosts, bundle, secrets, services),
    signal,
  })
  const { logs, requests, ms } = outcome
  return { ...readResult(outcome.result, isOperation), logs, requests, ms }
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
function environmentOf(
  { live, credentials }: TryRequest,
  hosts: readonly string[],
  secrets: SecretResolver,
): Record<string, string> {
  const set = visibleEnvironment(secrets, hosts)
  if (live) return set
  return { ...Object.fromEntries(credentials.map(({ name }) => [name, `mock-${name.toLowerCase()}`])), ...set }
}

function tryBroker(
  request: TryRequest,
  hosts: readonly string[],
  bundle: string,
  secrets: SecretResolver,
  services: Services,
): Broker {
  const values = new Map<string, unknown>()
  const real = createBroker({
    caller: `${request.server.tenantId}/${request.server.id}`,
    hosts,
    egress: services.egress,
    secrets,
    sandbox: services.sandbox,
    toolsBundle: bundle,
    // What a try keeps is forgotten with it.
    store: {
      get: async (key) => values.get(key),
      set: async (key, value) => void values.set(key, value),
      delete: async (key) => void values.delete(key),
      list: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted(),
    },
    saveCredential: (name, value) => keepRefreshToken(request, services, name, value),
    onNotice: () => {},
    schedule: () =>
      Promise.reject(
        new MetaError('TOOL_FAILED', 'A try schedules nothing.', 'Deploy the server to see scheduled calls.'),
      ),
  })
  return {
    call: async (call: BrokerCall, options) => {
      if (call.kind !== 'fetch') return real.call(call, options)
      const mocked = findMock(request.mocks, call.request)
      if (mocked) return mocked
      if (request.live) return real.call(call, options)
      throw new MetaError(
        'HOST_NOT_ALLOWED',
        `No mock answers ${call.request.method} ${call.request.url}.`,
        'Give one in mocks, or set live: true to send the request.',
      )
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
  const isReal = live && !JSON.stringify(mocks).includes(JSON.stringify(value).slice(1, -1))
  return isReal ? secrets.replaceRefreshToken({ ...server, credentials }, name, value) : Promise.resolve()
}

/** The first mock whose method and URL fit; `*` in the URL stands for anything. */
function findMock(mocks: readonly Mock[], request: WireRequest): WireResponse | undefined {
  const mock = mocks.find(({ request: wanted = {} }) => {
    const methodFits = wanted.method === undefined || wanted.method.toUpperCase() === request.method
    return methodFits && (wanted.url === undefined || fitsPattern(wanted.url, request.url))
  })
  if (!mock) return undefined
  const { status = 200, headers = {}, body } = mock.response
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  return {
    url: request.url,
    status,
    statusText: '',
    headers: Object.entries({ 'content-type': type, ...headers }),
    body: Buffer.from(text).toString('base64'),
  }
}

function fitsPattern(pattern: string, url: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(url)
}

function readResult(result: SandboxResult, isOperation: boolean): Pick<TryReport, 'ok' | 'result' | 'problem'> {
  switch (result.kind) {
    case 'value': {
      // An operation gives a ToolResult; code gives anything.
      const toolResult = isOperation ? (result.value as ToolResult) : toToolResult(result.value)
      return { ok: toolResult.isError !== true, result: toolResult }
    }
    case 'thrown':
      return { ok: false, problem: [`${result.name}: ${result.message}`, result.frame].filter(Boolean).join('\n') }
    case 'limit':
      return { ok: false, problem: limitError(result).message }
    case 'input-needed':
      return { ok: false, problem: `The tool asks the client: ${JSON.stringify(result.requests)}` }
    case 'aborted':
      return { ok: false, problem: 'The try was cancelled.' }
  }
}
