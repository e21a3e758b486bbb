import type { BrokerNotice, ClientSide } from '../../../../runtime/library/wire.ts'

/** One call of a tool of the bundle. */
export interface HostCall {
  readonly tool: string
  readonly input: unknown
  /** That it may reach. */
  readonly hosts: readonly string[]
  readonly client: ClientSide
  /** Whether the client gives up at the first sign of progress. */
  readonly cancels: boolean
}

/** What can be seen of it from outside; the same in every host. */
export interface SeenCall {
  readonly result:
    | { readonly kind: 'value'; readonly value?: unknown }
    | { readonly kind: 'thrown'; readonly name: string; readonly message: string }
    | { readonly kind: 'input-needed'; readonly requests: unknown }
    /** Nobody hears the result of a call that was given up. */
    | { readonly kind: 'unheard' }
  readonly notices: readonly BrokerNotice[]
  /** What the store holds afterwards, by key. */
  readonly stored: Readonly<Record<string, unknown>>
}

/** A place where generated servers run their code. */
export interface Host extends AsyncDisposable {
  call(call: HostCall): Promise<SeenCall>
}

/** Settings and secrets of the server. */
export const HOST_ENV = { CITY: 'Paris', KEY: 'a secret of the server' }
