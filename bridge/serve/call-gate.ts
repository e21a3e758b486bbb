import { RPC_CODES, RpcError } from '../protocol/json-rpc.ts'

export interface CallGateLimits {
  /** Calls that a server has at once. */
  readonly callsAtOnce: number
  /** Calls that wait for a place; further ones are refused. */
  readonly callsWaiting: number
}

/** Lets so many calls at a time to the server; those that wait are taken from each client in turn. */
export interface CallGate {
  readonly atWork: number
  readonly waiting: number
  /**
   * Undefined where there is a place at once, as nearly always.
   * @throws RpcError -32603 when too many wait
   */
  enter(client: object, signal: AbortSignal | undefined): Promise<void> | undefined
  leave(): void
}

interface Waiter {
  readonly admit: () => void
  isGone: boolean
}

export function createCallGate({ callsAtOnce, callsWaiting }: CallGateLimits): CallGate {
  /** By client, in the order of their turns. */
  const queues = new Map<object, Waiter[]>()
  let atWork = 0
  let waiting = 0

  /** Takes the first of the client whose turn it is, and puts that client last. */
  function next(): Waiter | undefined {
    for (const [client, queue] of queues) {
      queues.delete(client)
      const waiter = queue.shift()
      if (queue.length > 0) queues.set(client, queue)
      if (waiter && !waiter.isGone) return waiter
    }
    return undefined
  }

  async function wait(client: object, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { admit: resolve, isGone: false }
    const onAbort = (): void => {
      waiter.isGone = true
      reject(signal?.reason)
    }
    const queue = queues.get(client)
    if (queue) queue.push(waiter)
    else queues.set(client, [waiter])
    signal?.addEventListener('abort', onAbort, { once: true })
    waiting += 1
    try {
      await promise
    } finally {
      waiting -= 1
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    get atWork() {
      return atWork
    },
    get waiting() {
      return waiting
    },
    enter(client, signal) {
      if (atWork < callsAtOnce) {
        atWork += 1
        return undefined
      }
      if (waiting >= callsWaiting) {
        throw new RpcError(RPC_CODES.internal, `The server is busy: ${waiting} calls wait already. Try again later.`)
      }
      return wait(client, signal)
    },
    leave() {
      // The place goes over to who waits, so that nobody slips in between.
      const waiter = next()
      if (waiter) waiter.admit()
      else atWork -= 1
    },
  }
}
