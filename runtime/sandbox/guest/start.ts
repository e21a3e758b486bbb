import type { ToolContext } from '../../library/tool-context.ts'
import type { ClientSide, CodeItem } from '../../library/wire.ts'
import type { SandboxTask } from '../sandbox.ts'
import { AbortController } from './abort.ts'
import { callBroker, certificateFetch, fetch, settleCall } from './broker.ts'
import { createContext } from './context.ts'
import { DOMException } from './dom-exception.ts'
import { hasListeners } from './events.ts'
import { host, parseJson, toJson } from './host.ts'
import { installGlobals } from './globals.ts'
import { runDueTimer } from './timers.ts'
import { toDomString } from './web-idl.ts'

// Before the bundle is evaluated.
installGlobals()

/** What `tools.mjs` exports. */
interface Tools {
  readonly code: Readonly<Record<'tools' | 'resources' | 'prompts', object>>
  readonly askingClient: (client: ClientSide) => Pick<ToolContext, 'requestInput' | 'requestInputs' | 'client'>
  readonly runCode: (code: object, item: CodeItem, input: unknown, context: object) => Promise<unknown>
  readonly callOperation: (operation: object, input: unknown, context: object) => Promise<unknown>
}

/** What a run is to do, as the parent wrote it. */
export interface GuestWork {
  readonly task: SandboxTask
  readonly input?: unknown
  readonly env: Readonly<Record<string, string>>
  readonly wallMs: number
}

/** Begins the run. How it ends is told to the host, once. */
export function start(tools: Tools, workJson: string): void {
  // The parent wrote it.
  const work = parseJson(workJson) as GuestWork
  void perform(tools, work).then(finishValue, finishError)
}

/** Hands in an answer of the broker, or (id 0) that a timer is due. */
export function deliver(id: number, ok: boolean, json: string): void {
  if (id !== 0) return settleCall(id, ok, json)
  try {
    runDueTimer()
  } catch (error) {
    // Outside, an error that nobody catches ends the program.
    finishError(error)
  }
}

/** Tells the code that it will be ended soon. */
export function abort(reason: string): void {
  const isLimit = reason === 'limit'
  const text = isLimit ? 'The time limit of this call is nearly over.' : 'The client cancelled this call.'
  try {
    ending.abort(new DOMException(text, isLimit ? 'TimeoutError' : 'AbortError'))
  } catch (error) {
    finishError(error)
  }
}

/** Whether the code would hear it. */
export function hearsAbort(): boolean {
  return hasListeners(signal, 'abort')
}

/** An operation ends by itself shortly before the run would be ended: that tells more. */
const MARGIN_MS = 500
const OPERATION_MS = 30_000

const ending = new AbortController()
const { signal } = ending

async function perform(tools: Tools, { task, input, env, wallMs }: GuestWork): Promise<unknown> {
  switch (task.kind) {
    case 'code': {
      const context = createContext({ env, asking: tools.askingClient(task.client), signal })
      return await tools.runCode(tools.code, task.item, input, context)
    }
    case 'operation': {
      const limits = { timeoutMs: Math.max(1, Math.min(OPERATION_MS, wallMs - MARGIN_MS)) }
      const context = { fetch, certificateFetch, saveCredential, env, signal, credentials: task.credentials, limits }
      return await tools.callOperation(task.operation, input, context)
    }
    case 'load': {
      const { code } = tools
      const names = (kind: keyof typeof code): string[] => Object.keys(code[kind] ?? {})
      return { tools: names('tools'), resources: names('resources'), prompts: names('prompts') }
    }
  }
}

async function saveCredential(name: string, value: string): Promise<void> {
  await callBroker({ kind: 'save-credential', name, value })
}

function finishValue(value: unknown): void {
  try {
    // JSON has no undefined, whatever the types say.
    const json = toJson(value) as string | undefined
    if (json === undefined) host.finish('value')
    else finish('value', json)
  } catch (error) {
    finishError(error)
  }
}

function finishError(error: unknown): void {
  try {
    if (!(error instanceof Error)) return finish('thrown', 'Error', describe(error), '')
    if (error.name === 'InputNeeded' && 'requests' in error) return finish('input-needed', toJson(error.requests))
    finish('thrown', toDomString(error.name), toDomString(error.message), toDomString(error.stack ?? ''))
  } catch {
    // Its own properties threw.
    host.finish('thrown', 'Error', 'The code threw a value that cannot be described.', '')
  }
}

function describe(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? (toJson(thrown) ?? toDomString(thrown)) : toDomString(thrown)
}

/** What is too large does not cross: the host would have to hold it. */
function finish(kind: string, first: string, second = '', third = ''): void {
  const characters = first.length + second.length
  if (characters > host.limits.outputBytes) host.finish('limit', 'outputBytes', toDomString(characters))
  else host.finish(kind, first, second, third.slice(0, 16_384))
}
