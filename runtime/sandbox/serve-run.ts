import type { BrokerNotice, WireError } from '../library/wire.ts'
import { readBrokerCall, readNotice } from './read-runner-message.ts'
import type { FromRunner, ToRunner } from './runner-messages.ts'
import type { SandboxLimits, SandboxLog, SandboxRequest, SandboxRun } from './sandbox.ts'

/** The side of one run that stays with us: it asks the broker, and keeps what the outcome tells. */
export interface RunService {
  readonly logs: SandboxLog[]
  readonly requests: SandboxRequest[]
  /** How many calls the code has made. */
  calls(): number
  /** Gives up everything under way. */
  end(): void
  handle(message: FromRunner): void
}

export interface RunServiceOptions {
  readonly run: SandboxRun
  readonly limits: SandboxLimits
  readonly send: (message: ToRunner) => void
  readonly onLimit: (limit: 'hostCalls' | 'argumentBytes', used: number) => void
}

/** Serves a run. The limits are kept in the runner too; here they hold even when the code has taken the runner over. */
export function serveRun({ run, limits, send, onLimit }: RunServiceOptions): RunService {
  const logs: SandboxLog[] = []
  const requests: SandboxRequest[] = []
  const underWay = new Map<number, AbortController>()
  let calls = 0
  let noticeBytes = 0
  let logBytes = 0
  let isOver = false

  async function answer(id: number, json: string): Promise<void> {
    const abort = new AbortController()
    underWay.set(id, abort)
    try {
      const result = await callBroker(json, abort.signal)
      reply({ kind: 'answer', id, ok: true, json: JSON.stringify(result) ?? 'null' })
    } catch (error) {
      reply({ kind: 'answer', id, ok: false, json: JSON.stringify(toWireError(error)) })
    } finally {
      underWay.delete(id)
    }
  }

  async function callBroker(json: string, signal: AbortSignal): Promise<unknown> {
    const call = readBrokerCall(json)
    const options = { signal, onNotice: tell }
    if (call.kind !== 'fetch') return await run.broker.call(call, options)
    const { method, url } = call.request
    const started = performance.now()
    let status: number | undefined
    try {
      const response = await run.broker.call(call, options)
      // The broker answers a fetch with a WireResponse.
      status = (response as { readonly status?: number }).status
      return response
    } finally {
      const ms = Math.round(performance.now() - started)
      requests.push({ method, url, ...(status !== undefined && { status }), ms })
    }
  }

  function reply(message: ToRunner): void {
    if (!isOver) send(message)
  }

  function tell(notice: BrokerNotice): void {
    if (!isOver) run.onNotice?.(notice)
  }

  function keepLogs(lines: readonly SandboxLog[]): void {
    for (const line of lines) {
      // The runner cuts them, and says where; this is for one that no longer does.
      logBytes += line.message.length
      if (logBytes <= limits.logBytes * 2) logs.push(line)
    }
  }

  function passOn(json: string): void {
    noticeBytes += json.length
    const notice = noticeBytes <= limits.logBytes ? readNotice(json) : undefined
    if (notice) tell(notice)
  }

  return {
    logs,
    requests,
    calls: () => calls,
    end() {
      isOver = true
      for (const abort of underWay.values()) abort.abort(new Error('The run has ended.'))
    },
    handle(message) {
      if (message.kind === 'cancel') underWay.get(message.id)?.abort(new Error('The code gave up the request.'))
      if (message.kind === 'notice') passOn(message.json)
      if (message.kind === 'logs') keepLogs(message.logs)
      if (message.kind !== 'call') return
      calls++
      if (calls > limits.hostCalls) onLimit('hostCalls', calls)
      else if (message.json.length > limits.argumentBytes) onLimit('argumentBytes', message.json.length)
      // answer() reports every failure to the code.
      else void answer(message.id, message.json)
    },
  }
}

function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name: error.name, message: error.message, ...(code !== undefined && { code }) }
}
