/**
 * What a tool, resource or prompt is given besides its input. Every host implements it: the local broker,
 * Node alone, and Workers; the same code runs unchanged in all of them.
 */
export interface ToolContext {
  /** The Fetch API, limited to the hosts the server is allowed to reach. */
  readonly fetch: typeof fetch
  /**
   * Settings and secrets by name. Locally a secret is a placeholder that turns into its value on the way to the
   * host it is bound to; elsewhere it is the value.
   */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Durable values of this server, by key. */
  readonly store: KeyValueStore
  /** Calls a tool of this server later, with no client behind it. `input` must be JSON. */
  schedule(tool: string, input: unknown, delayMs: number): Promise<void>
  /** Tells the client how far a long call is. */
  progress(done: number, total?: number, message?: string): void
  log(level: LogLevel, message: string, details?: unknown): void
  /**
   * Asks the person at the client (elicitation), or the client itself, for more input. The call ends here and runs
   * again from its beginning with the answer. `name` tells questions apart; without it they count in their order.
   */
  requestInput(request: InputRequest, name?: string): Promise<InputResponse>
  /** Asks several things in one round; the answers have the names of the questions. */
  requestInputs<Name extends string>(
    requests: Readonly<Record<Name, InputRequest>>,
  ): Promise<Readonly<Record<Name, InputResponse>>>
  /** What the client behind this call can be asked. */
  readonly client: ClientAbilities
  /**
   * Lets the call go on in the background: a client that takes tasks gets one now and asks for the result later; for
   * others nothing changes. For tools that were added with `task`.
   */
  background(): void
  /** Tells clients that a list or one resource has changed. */
  notify(change: Change): void
  /** HMAC-SHA-256 of `data` with the named secret, in lower-case hex, without seeing the secret. */
  sign(secretName: string, data: string): Promise<string>
  /** Aborted when the client cancels, or shortly before the time limit ends the call: there is a moment to tidy up. */
  readonly signal: AbortSignal
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

export interface KeyValueStore {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<void>
  /** Keys that begin with `prefix`, sorted. */
  list(prefix?: string): Promise<readonly string[]>
  /**
   * Sets `value` only while the key still has `expected`, as `get` gave it (null: nothing); else changes nothing and
   * gives false. Calls that run at the same time lose no writes when each reads, changes, and tries again on false.
   */
  compareAndSet(key: string, expected: unknown, value: unknown): Promise<boolean>
  /** Values with their keys in one go, sorted by key: `limit` of them (100 unless told, at most 1,000) past `after`. */
  entries(prefix?: string, page?: EntriesPage): Promise<readonly StoreEntry[]>
}

export interface EntriesPage {
  /** The last key of the page before. */
  readonly after?: string
  readonly limit?: number
}

export interface StoreEntry {
  readonly key: string
  readonly value: unknown
}

export type InputRequest =
  | { readonly kind: 'form'; readonly message: string; readonly schema: { readonly [keyword: string]: unknown } }
  /** Has the person open an address, as for a login; what happens there comes back another way. */
  | { readonly kind: 'url'; readonly message: string; readonly url: string }
  | { readonly kind: 'sampling' | 'roots'; readonly params: { readonly [key: string]: unknown } }

/** A question that the client cannot be asked ends the call with the protocol's error -32021: look here first. */
export interface ClientAbilities {
  readonly form: boolean
  readonly url: boolean
  readonly sampling: boolean
  readonly roots: boolean
}

export interface InputResponse {
  readonly action: 'accept' | 'decline' | 'cancel'
  readonly content?: { readonly [key: string]: unknown }
}

export type Change =
  | { readonly kind: 'tools' | 'resources' | 'prompts' }
  | { readonly kind: 'resource'; readonly uri: string }
