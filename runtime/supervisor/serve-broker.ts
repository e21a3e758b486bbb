import type { ChildProcess } from 'node:child_process'
import type { BrokerCall, BrokerNotice, FromBroker, ToBroker, WireError } from '../library/wire.ts'
import type { Broker } from './broker.ts'

/** A child that asks more than this at once is told to wait its turn. */
const CALLS = 256
/** Of one message, as JSON. */
const MESSAGE_CHARACTERS = 32 * 1024 * 1024

/** Answers what a child asks over its IPC channel, until the channel closes; then all that is under way is aborted. */
export function serveBroker(child: ChildProcess, broker: Broker): void {
  const running = new Map<number, AbortController>()

  child.on('message', (message) => {
    const read = readToBroker(message)
    if (!read) return
    if ('cancel' in read) return running.get(read.cancel)?.abort(new Error('The server gave up the call.'))
    if ('notice' in read) return broker.notice(read.notice)
    // answer() reports every failure to the child.
    void answer(read.id, read.call)
  })
  child.once('disconnect', () => {
    for (const abort of running.values()) abort.abort(new Error('The server has ended.'))
  })

  async function answer(id: number, call: BrokerCall): Promise<void> {
    const abort = new AbortController()
    try {
      if (running.size >= CALLS) throw limitExceeded(`More than ${CALLS} calls at once.`)
      if (sizeOf(call) > MESSAGE_CHARACTERS)
        throw limitExceeded(`A call is larger than ${MESSAGE_CHARACTERS} characters.`)
      running.set(id, abort)
      const onNotice = (notice: BrokerNotice): void => send({ id, notice })
      send({ id, result: await broker.call(call, { signal: abort.signal, onNotice }) })
    } catch (error) {
      send({ id, error: toWireError(error) })
    } finally {
      running.delete(id)
    }
  }

  function send(message: FromBroker): void {
    // The channel may close at any moment; then nobody waits for this.
    if (child.connected) child.send(message, () => {})
  }
}

function limitExceeded(message: string): Error {
  return Object.assign(new Error(message), { name: 'LimitExceeded', code: 'LIMIT_EXCEEDED' })
}

function sizeOf(call: BrokerCall): number {
  // A body is nearly all of a fetch, and too large to write out once more.
  if (call.kind === 'fetch') return call.request.body?.length ?? 0
  return JSON.stringify(call).length
}

/** The child runs code that we made but do not trust: what is not of the expected form is dropped. */
function readToBroker(message: unknown): ToBroker | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const fields = message as Record<string, unknown>
  const isCall = Number.isInteger(fields['id']) && isTagged(fields['call'])
  const isKnown = isCall || isTagged(fields['notice']) || Number.isInteger(fields['cancel'])
  // The broker reads what is inside by its kind.
  return isKnown ? (message as ToBroker) : undefined
}

function isTagged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const requests = 'requests' in error ? error.requests : undefined
  return {
    name: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    ...(requests !== undefined && { requests }),
    ...('resume' in error && typeof error.resume === 'string' && { resume: error.resume }),
  }
}
