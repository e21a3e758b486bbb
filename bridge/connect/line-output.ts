import type { Writable } from 'node:stream'
import type { RpcId, RpcMessage } from '../protocol/json-rpc.ts'

/** Messages out to the client, one a line. */
export interface LineOutput {
  /**
   * Resolves when the client has taken enough for more; whoever has a stream to read waits for it. Never rejects.
   * @param relatedTo  the request on whose answer's stream it came, for who has more than one client
   */
  write(message: RpcMessage, relatedTo?: RpcId): Promise<void>
  /** Resolves when all that was written has left this process, or the client is gone. */
  flush(): Promise<void>
}

export function createLineOutput(output: Writable): LineOutput {
  let isGone = false
  let drained: Promise<void> | undefined
  const gone = new Promise<void>((resolve) => {
    const leave = (): void => {
      isGone = true
      resolve()
    }
    output.once('close', leave)
    // EPIPE: the client closed its end. Its stdin end comes too, and that is what ends the connection.
    output.on('error', leave)
  })

  return {
    async write(message) {
      if (isGone) return
      if (!output.write(`${JSON.stringify(message)}\n`)) {
        drained ??= new Promise<void>((resolve) => output.once('drain', resolve)).then(() => {
          drained = undefined
        })
      }
      if (drained) await Promise.race([drained, gone])
    },
    async flush() {
      if (isGone || output.writableLength === 0) return
      const written = new Promise<void>((resolve) => {
        output.write('', () => resolve())
      })
      await Promise.race([written, gone])
    },
  }
}
