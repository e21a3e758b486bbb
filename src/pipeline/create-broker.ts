import { InputNeeded } from '../../runtime/library/input-needed.ts'
import type { Broker, BrokerCallOptions } from '../../runtime/supervisor/broker.ts'
import { useStore } from '../../runtime/supervisor/use-store.ts'
import type { KeyValueStore } from '../../runtime/library/tool-context.ts'
import type { ToolResult } from '../../runtime/library/tool-result.ts'
import type { BrokerCall, BrokerNotice, CodeItem, WireRequest, WireResponse } from '../../runtime/library/wire.ts'
import type { Sandbox, SandboxResult, SandboxRun, SandboxTask } from '../../runtime/sandbox/sandbox.ts'
import { defaults } from '../config/defaults.ts'
import type { TenantId } from '../model/ids.ts'
import { isReadingMethod } from '../model/reading-method.ts'
import type { Effect } from '../model/tool-definition.ts'
import { MetaError } from '../errors/meta-error.ts'
import { rewordError } from '../errors/reword-error.ts'
import { hostKey } from '../net/address.ts'
import type { Egress } from '../net/egress.ts'
import { redactBytes, redactText } from '../secrets/redact.ts'
import { refuseChange } from './refuse-change.ts'
import { certificateFor, fillSecrets, placeholderOf, type SecretResolver } from './resolve-secrets.ts'

export interface BrokerOptions {
  readonly tenantId: TenantId
  /** Names the server of one tenant, whose requests to a host are counted together. */
  readonly caller: string
  readonly hosts: readonly string[]
  readonly egress: Egress
  readonly secrets: SecretResolver
  readonly sandbox: Sandbox
  /** For tools that may go on after their call: they take long, and must not keep the others waiting. */
  readonly taskSandbox?: Sandbox
  /** The text of the build's `tools.mjs`. */
  readonly toolsBundle: string
  /** Names the server of one tenant whose calls may share an isolate, one after the other. */
  readonly warmKey?: string
  /** The durable values of this server. */
  readonly store: KeyValueStore
  readonly onNotice: (notice: BrokerNotice) => void
  /** Calls a tool of a connected server. Absent: there is none. */
  readonly callConnected?: CallConnected
  /** Keeps a refresh token that a token server has replaced. Absent: nothing is kept. */
  readonly saveCredential?: (name: string, value: string) => Promise<void>
  /** What a tool of this server does to the world. Absent: nobody knows, and its code is not held to it. */
  readonly effectOf?: (tool: string) => Promise<Effect | undefined>
  /** Calls a tool of this server later. */
  readonly schedule: (tool: string, input: unknown, delayMs: number) => Promise<void>
}

/** @throws InputNeeded; MetaError */
export type CallConnected = (
  call: Extract<BrokerCall, { kind: 'external' }>,
  options: BrokerCallOptions,
) => Promise<ToolResult>

/** One server's way out: it may reach its hosts, its secrets leave for theirs, its code runs in the sandbox. */
export function createBroker(options: BrokerOptions): Broker {
  const broker: Broker = {
    async call(call, callOptions) {
      switch (call.kind) {
        case 'fetch':
          return sendRequest(call.request, options, callOptions.signal)
        case 'run':
          return runCode(call, options, { ...broker, call: callOfCode(call.item) }, callOptions)
        case 'external':
          if (!options.callConnected) throw notConnected(call.tool)
          return options.callConnected(call, callOptions)
        case 'store':
          return useStore(call, options.store)
        case 'schedule':
          return options.schedule(call.tool, call.input, call.delayMs)
        case 'sign':
          return sign(call.secretName, call.data, options)
        case 'save-credential':
          if (!options.saveCredential) throw notKept(call.name)
          return options.saveCredential(call.name, call.value)
      }
    },
    notice: options.onNotice,
  }
  // Hand-written code exchanges no refresh tokens, so it has none to keep, and tools of others are not its to call.
  const callOfCode =
    (item: CodeItem): Broker['call'] =>
    async (call, callOptions) => {
      if (call.kind === 'save-credential') throw notKept(call.name)
      if (call.kind === 'external') throw notConnected(call.tool)
      if (call.kind === 'fetch') await holdToEffect(item, call.request, options)
      return broker.call(call, callOptions)
    }
  return broker
}

/** Resources and prompts only read. @throws MetaError FORBIDDEN */
async function holdToEffect(
  { kind, name }: CodeItem,
  { method }: WireRequest,
  { effectOf }: Pick<BrokerOptions, 'effectOf'>,
): Promise<void> {
  if (!effectOf || isReadingMethod(method)) return
  const effect = kind === 'tool' ? await effectOf(name) : 'read'
  if (effect !== undefined) refuseChange(name, effect, method)
}

function notConnected(tool: string): MetaError {
  return new MetaError('FORBIDDEN', `"${tool}" is no tool of a connected server.`, 'Call it as a tool of its server.')
}

/** What asks for this goes on without. */
export function notKept(name: string): MetaError {
  return new MetaError('FORBIDDEN', `"${name}" cannot be kept here.`, 'Only refresh tokens that a person entered can.')
}

/** The settings and secrets that code sees: placeholders in the place of values. */
export function visibleEnvironment(secrets: SecretResolver, hosts: readonly string[]): Record<string, string> {
  return Object.fromEntries(secrets.names(hosts).map((name) => [name, placeholderOf(name)]))
}

async function sendRequest(
  wire: WireRequest,
  { caller, hosts, egress, secrets }: BrokerOptions,
  signal: AbortSignal,
): Promise<WireResponse> {
  const { timeoutMs, answerBytes, redirects } = defaults.egress
  const host = URL.canParse(wire.url) ? hostKey(new URL(wire.url)) : ''
  const body = wire.body === undefined ? undefined : Buffer.from(wire.body, 'base64')
  const { body: _base64, certificate, ...rest } = wire
  const shown = certificate === undefined ? {} : { clientCertificate: certificateFor(certificate, host, secrets) }
  const { request, used } = fillSecrets({ ...rest, ...(body && { body }) }, host, secrets)
  // A 307 would carry the body, and the secrets in it, to whatever host it names.
  const mayFollow = request.body === body
  const policy = { hosts: new Set(hosts), caller, timeoutMs, answerBytes, redirects: mayFollow ? redirects : 0 }
  const answer = await egress
    .request({ ...request, ...shown, signal }, policy)
    .catch((error: unknown) => Promise.reject(sayingFix(rewordError(error, (text) => redactText(text, used)))))
  return {
    ...answer,
    // The address holds what went into the query; APIs repeat in headers and bodies what they were sent.
    url: redactText(answer.url, used),
    headers: answer.headers.map(([name, value]): [string, string] => [name, redactText(value, used)]),
    body: Buffer.from(redactBytes(answer.body, used)).toString('base64'),
  }
}

/** Only the message crosses the border to a child or to code, so it also says what can be done. */
function sayingFix(error: unknown): unknown {
  if (!(error instanceof MetaError)) return error
  return new MetaError(error.code, `${error.message} ${error.fix}`, error.fix, { cause: error.cause })
}

async function runCode(
  call: Extract<BrokerCall, { kind: 'run' }>,
  options: BrokerOptions,
  broker: Broker,
  { signal, onNotice }: BrokerCallOptions,
): Promise<unknown> {
  const task: SandboxTask = { kind: 'code', item: call.item, client: call.client }
  const run: SandboxRun = {
    bundle: options.toolsBundle,
    tenantId: options.tenantId,
    task,
    input: call.input,
    env: visibleEnvironment(options.secrets, options.hosts),
    broker,
    signal,
    onNotice,
    ...(options.warmKey !== undefined && { warmKey: options.warmKey }),
  }
  const { sandbox, taskSandbox = sandbox } = options
  const { result } = await (call.item.isTask ? taskSandbox : sandbox).run(run)
  switch (result.kind) {
    case 'value':
      return result.value
    case 'thrown':
      if (result.name === 'ProtocolError') throw Object.assign(new Error(result.message), { name: result.name })
      throw new MetaError(
        'TOOL_FAILED',
        result.frame ? `${result.message}\n${result.frame}` : result.message,
        'Mend the tool with add_tool and replace: true.',
      )
    case 'limit':
      throw limitError(result)
    case 'input-needed':
      throw new InputNeeded(result.requests)
    case 'aborted':
      throw new MetaError('TOOL_FAILED', 'The call was cancelled.', 'Call it again if it is still needed.')
  }
}

/** Which limit a run has met, and by how much, in words. */
export function limitError({ limit, allowed, used }: Extract<SandboxResult, { kind: 'limit' }>): MetaError {
  const amount = used === undefined ? `${allowed}` : `${allowed}; it was at ${used}`
  return new MetaError(
    'LIMIT_EXCEEDED',
    `The code went over its limit ${limit} (${amount}) and was stopped.`,
    'Do less in one call: smaller pages, fewer requests, no endless loops.',
  )
}

async function sign(secretName: string, data: string, { hosts, secrets }: BrokerOptions): Promise<string> {
  const value = hosts.map((host) => secrets.value(secretName, host)).find((found) => found !== undefined)
  if (value === undefined) {
    throw new MetaError(
      'SECRET_MISSING',
      `The secret "${secretName}" is not set for a host of this server.`,
      `A person can enter it: mcpwright secret set ${secretName} --server <name>`,
    )
  }
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(value), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return Buffer.from(await crypto.subtle.sign('HMAC', key, encoder.encode(data))).toString('hex')
}
