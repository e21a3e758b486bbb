import type { RpcId } from '../protocol/json-rpc.ts'
import { repeatAtOnce, type RetryPolicy } from './retry-policy.ts'
import type { HttpSend } from './send-http.ts'

/** A Streamable HTTP endpoint and what to send with each request to it, such as Authorization. */
export interface Endpoint {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /**
   * Told of a request of 2026-07-28 that the client cancelled, before its stream is ended. Without it an ended stream
   * says the same of a client that cancelled and of one that has gone.
   */
  readonly onCancel?: (id: RpcId) => Promise<void>
  /** How requests leave this process; by default straight over node:http. */
  readonly send?: HttpSend
  /** The most of one answer, or of one event of a stream. */
  readonly answerBytes?: number
}

export type LinkState = 'connecting' | 'connected' | 'lost'

/** The endpoint that is in use: asked for once, kept until someone finds it dead. */
export interface EndpointLink {
  /** True once an endpoint is known and not reported dead. */
  readonly isUp: boolean
  /** How often, and after which pauses, a request is tried on an endpoint that is gone. */
  readonly retry: RetryPolicy
  /** Shares one question among all who wait. Rejects as `endpoint` did; the next caller asks again. */
  current(): Promise<Endpoint>
  /** Says that this endpoint does not answer. Only the first to say so causes a new question. */
  lose(dead: Endpoint): void
}

export function createEndpointLink(
  endpoint: () => Promise<Endpoint>,
  onState: (state: LinkState) => void = () => {},
  retry: RetryPolicy = repeatAtOnce,
): EndpointLink {
  let asked: Promise<Endpoint> | undefined
  let known: Endpoint | undefined

  async function ask(): Promise<Endpoint> {
    onState('connecting')
    try {
      known = await endpoint()
      onState('connected')
      return known
    } catch (error) {
      asked = undefined
      onState('lost')
      throw error
    }
  }

  return {
    retry,
    get isUp() {
      return known !== undefined
    },
    current: () => (asked ??= ask()),
    lose(dead) {
      if (dead !== known) return
      known = undefined
      asked = undefined
      onState('lost')
    },
  }
}
