import type { EntriesPage, InputRequest } from '../library/tool-context.ts'
import type { BrokerCall, BrokerNotice } from '../library/wire.ts'
import type { FromRunner, RunnerResult } from './runner-messages.ts'
import type { SandboxLog } from './sandbox.ts'

/** A runner is our program, but the code in it is not: what is not of the expected form is dropped. */
export function readRunnerMessage(message: unknown): FromRunner | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const fields = message as Readonly<Record<string, unknown>>
  const { kind, id, json, reason, result, logs } = fields
  switch (kind) {
    case 'ready':
      return { kind }
    case 'started':
      return { kind, isWarm: fields['isWarm'] === true }
    case 'unavailable':
      return { kind, reason: String(reason) }
    case 'call':
      return typeof id === 'number' && typeof json === 'string' ? { kind, id, json } : undefined
    case 'cancel':
      return typeof id === 'number' ? { kind, id } : undefined
    case 'notice':
      return typeof json === 'string' ? { kind, json } : undefined
    case 'logs':
      return Array.isArray(logs) ? { kind, logs: logs.map(readLog) } : undefined
    case 'done':
      return isResult(result) ? { kind, result } : undefined
    default:
      return undefined
  }
}

function readLog(entry: unknown): SandboxLog {
  const { level, message } = (entry ?? {}) as Readonly<Record<string, unknown>>
  return { level: readLevel(level), message: String(message) }
}

/** Only texts and numbers come out of a runner; which of them stand there, its kind says. */
function isResult(result: unknown): result is RunnerResult {
  if (typeof result !== 'object' || result === null) return false
  return Object.values(result).every((value) => typeof value === 'string' || typeof value === 'number')
}

/**
 * What code asks for. It comes from inside the isolate, so every field is looked at.
 * @throws TypeError when it is not a call that code may make
 */
export function readBrokerCall(json: string): BrokerCall {
  const call = JSON.parse(json) as Readonly<Record<string, unknown>>
  switch (call['kind']) {
    case 'fetch':
      return { kind: 'fetch', request: readRequest(call['request']) }
    case 'store':
      return readStoreCall(call)
    case 'schedule':
      return {
        kind: 'schedule',
        tool: text(call['tool'], 'tool'),
        input: call['input'],
        delayMs: Math.max(0, Number(call['delayMs']) || 0),
      }
    case 'save-credential':
      return { kind: 'save-credential', name: text(call['name'], 'name'), value: text(call['value'], 'value') }
    case 'sign':
      return { kind: 'sign', secretName: text(call['secretName'], 'secretName'), data: text(call['data'], 'data') }
    default:
      throw new TypeError(`Code cannot ask for "${String(call['kind'])}".`)
  }
}

/**
 * What code asks its client, by name.
 * @throws TypeError when it is not of the expected form
 */
export function readQuestions(value: unknown): Readonly<Record<string, InputRequest>> {
  const questions = Object.entries((typeof value === 'object' && value) || {})
  if (questions.length === 0) throw new TypeError('The code asked for input without a question.')
  return Object.fromEntries(questions.map(([name, question]) => [name, readQuestion(question, name)]))
}

function readQuestion(value: unknown, name: string): InputRequest {
  const { kind, message, url, schema, params } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (kind === 'form') return { kind, message: text(message, 'message'), schema: record(schema, 'schema') }
  if (kind === 'url') return { kind, message: text(message, 'message'), url: text(url, 'url') }
  if (kind === 'sampling' || kind === 'roots') return { kind, params: record(params, 'params') }
  throw new TypeError(
    `The question "${name}" is of the kind "${String(kind)}"; there are form, url, sampling and roots.`,
  )
}

/** What code tells; undefined when it is not of the expected form. */
export function readNotice(json: string): BrokerNotice | undefined {
  const notice = parsed(json)
  const message = typeof notice['message'] === 'string' ? notice['message'] : undefined
  const details = 'details' in notice ? { details: notice['details'] } : {}
  if (notice['kind'] === 'log') {
    return { kind: 'log', level: readLevel(notice['level']), message: message ?? '', ...details }
  }
  if (notice['kind'] === 'background') return { kind: 'background' }
  if (notice['kind'] === 'changed') return readChange(notice['change'])
  if (notice['kind'] !== 'progress' || typeof notice['done'] !== 'number') return undefined
  const total = typeof notice['total'] === 'number' ? { total: notice['total'] } : {}
  return { kind: 'progress', done: notice['done'], ...total, ...(message !== undefined && { message }) }
}

function readChange(value: unknown): BrokerNotice | undefined {
  const { kind, uri } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (kind === 'tools' || kind === 'resources' || kind === 'prompts') return { kind: 'changed', change: { kind } }
  return kind === 'resource' && typeof uri === 'string' ? { kind: 'changed', change: { kind, uri } } : undefined
}

const LEVELS = ['debug', 'info', 'warning', 'error'] as const

export function readLevel(level: unknown): (typeof LEVELS)[number] {
  return LEVELS.find((known) => known === level) ?? 'info'
}

function readRequest(value: unknown): Extract<BrokerCall, { kind: 'fetch' }>['request'] {
  const request = (value ?? {}) as Readonly<Record<string, unknown>>
  const headers = Array.isArray(request['headers']) ? request['headers'] : []
  return {
    url: text(request['url'], 'url'),
    method: text(request['method'], 'method'),
    headers: headers.map((pair: unknown): [string, string] => {
      const [name, content] = Array.isArray(pair) ? pair : []
      return [text(name, 'header'), text(content, 'header')]
    }),
    ...(typeof request['body'] === 'string' && { body: request['body'] }),
    ...(typeof request['certificate'] === 'string' && { certificate: request['certificate'] }),
  }
}

function readPage(value: unknown): EntriesPage {
  const { after, limit } = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...(typeof after === 'string' && { after }), ...(typeof limit === 'number' && { limit }) }
}

function readStoreCall(call: Readonly<Record<string, unknown>>): BrokerCall {
  const key = text(call['key'], 'key')
  const action = call['action']
  if (action === 'set') return { kind: 'store', action, key, value: call['value'] }
  if (action === 'get' || action === 'delete' || action === 'list') return { kind: 'store', action, key }
  if (action === 'compare-and-set') {
    return { kind: 'store', action, key, expected: call['expected'], value: call['value'] }
  }
  if (action === 'entries') return { kind: 'store', action, key, page: readPage(call['page']) }
  throw new TypeError(`Code cannot ask the store to "${String(action)}".`)
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(json), 'notice')
  } catch {
    // Only code that has taken the runner over sends this.
    return {}
  }
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError(`"${name}" has to be an object.`)
  return value as Readonly<Record<string, unknown>>
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`"${name}" has to be text.`)
  return value
}
