import type { Change, ClientAbilities, EntriesPage, InputResponse } from './tool-context.ts'

/**
 * Requests, answers and calls as they cross a process border (JSON only). A generated server's child process and a
 * sandbox runner have no network, secrets or storage of their own: they ask the broker with these messages.
 */
export interface WireRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  /** Base64; absent when there is no body. */
  readonly body?: string
  /** The secret whose client certificate the connection shows; it must be bound to the request's host. */
  readonly certificate?: string
}

export interface WireResponse {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  /** Base64. */
  readonly body: string
}

/** Names one piece of hand-written code in a server. */
export interface CodeItem {
  readonly kind: 'tool' | 'resource' | 'prompt'
  readonly name: string
  /** A tool that may go on after its call, and so may take longer. */
  readonly isTask?: boolean
}

/** The client behind a call: what it has answered so far, by the names of the questions, and what it can be asked. */
export interface ClientSide {
  readonly answers: Readonly<Record<string, InputResponse>>
  readonly abilities: ClientAbilities
  /** What a connected server gave along with its questions. */
  readonly resume?: string
}

/** What a child or runner may ask of the broker. */
export type BrokerCall =
  | { readonly kind: 'fetch'; readonly request: WireRequest }
  | { readonly kind: 'run'; readonly item: CodeItem; readonly input: unknown; readonly client: ClientSide }
  /** Of a connected server, by the name that it has in this one. */
  | { readonly kind: 'external'; readonly tool: string; readonly input: unknown; readonly client: ClientSide }
  | { readonly kind: 'store'; readonly action: 'get' | 'delete' | 'list'; readonly key: string }
  | { readonly kind: 'store'; readonly action: 'set'; readonly key: string; readonly value: unknown }
  | {
      readonly kind: 'store'
      readonly action: 'compare-and-set'
      readonly key: string
      readonly expected: unknown
      readonly value: unknown
    }
  | { readonly kind: 'store'; readonly action: 'entries'; readonly key: string; readonly page: EntriesPage }
  | { readonly kind: 'schedule'; readonly tool: string; readonly input: unknown; readonly delayMs: number }
  | { readonly kind: 'save-credential'; readonly name: string; readonly value: string }
  | { readonly kind: 'sign'; readonly secretName: string; readonly data: string }

/** What a child or runner tells the broker without waiting for an answer. */
export type BrokerNotice =
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warning' | 'error'
      readonly message: string
      readonly details?: unknown
    }
  | { readonly kind: 'progress'; readonly done: number; readonly total?: number; readonly message?: string }
  | { readonly kind: 'changed'; readonly change: Change }
  | { readonly kind: 'background' }

/** An error that crossed the border. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  /** Of an InputNeeded: what is asked, by name. */
  readonly requests?: unknown
  readonly resume?: string
}

/** Child to broker. `id` is absent on notices; `cancel` gives up a call. */
export type ToBroker =
  | { readonly id: number; readonly call: BrokerCall }
  | { readonly notice: BrokerNotice; readonly for?: number }
  | { readonly cancel: number }

/** Broker to child. */
export type FromBroker =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError }
  /** Passed on to the caller of a `run`. */
  | { readonly id: number; readonly notice: BrokerNotice }
