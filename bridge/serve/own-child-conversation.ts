import { RPC_CODES, RpcError } from '../protocol/json-rpc.ts'
import type { Child } from './child.ts'
import type { Converse } from './conversation.ts'
import { openPassThrough } from './pass-through.ts'
import type { BridgeOptions } from './server-bridge.ts'

/** Conversations each with a process of its own, which speaks the client's own era: messages pass as they are. */
export interface OwnChildConversations {
  readonly converse: Converse
  /** Of the children that run, oldest first. */
  readonly pids: readonly number[]
  /** Ends all children. */
  close(): Promise<void>
}

export function createOwnChildConversations(options: BridgeOptions): OwnChildConversations {
  const children = new Set<Child>()
  const stopping = new Set<Promise<void>>()
  let isClosed = false

  async function start(): Promise<Child> {
    const child = await options.startChild()
    if (isClosed) {
      await child.stop(0)
      throw new RpcError(RPC_CODES.internal, `Server "${options.name}" was closed.`)
    }
    children.add(child)
    void child.exited.then(() => children.delete(child))
    return child
  }

  function stop(child: Child): void {
    const stopped = child.stop(options.limits.stopGraceMs).finally(() => stopping.delete(stopped))
    stopping.add(stopped)
  }

  return {
    async converse(initialize, push, onEnded) {
      const child = await start()
      const opened = openPassThrough({ ...options, child, push, onEnded, stop: () => stop(child) })
      try {
        const result = await opened.initialize(initialize)
        return { conversation: opened.conversationOf(String(result['protocolVersion'])), result }
      } catch (error) {
        stop(child)
        throw error
      }
    },
    get pids() {
      return Array.from(children, ({ pid }) => pid)
    },
    async close() {
      isClosed = true
      for (const child of children) stop(child)
      await Promise.all(stopping)
    },
  }
}
