import type { CertificateNames } from './client-certificate.ts'
import type { Clock } from './clock.ts'
import type { Credential } from './http-call.ts'
import type { KeptValue } from './kept-values.ts'
import type { ReadResource } from './load-files.ts'
import type { Protocols } from './protocol.ts'

/** What a call needs besides the operation and its input. Every host gives its own. */
export interface CallContext {
  /** The Fetch API, limited to the hosts the server may reach. */
  readonly fetch: typeof fetch
  /** The same, showing a client certificate. Absent where the host cannot: Cloudflare Workers. */
  readonly certificateFetch?: (names: CertificateNames) => typeof fetch
  /** Settings and secrets by name. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Every credential of the server; an operation names those it uses. */
  readonly credentials: readonly Credential[]
  /** Replaces the servers that the operation names. */
  readonly baseUrl?: string
  /** Access tokens by the name of their credential; `callOperation` gets them. */
  readonly tokens?: ReadonlyMap<string, string>
  /** Reads the server's own resources, for files that are given as a URI. */
  readonly readResource?: ReadResource
  /** Keeps the new value of a credential: a token server may give another refresh token at each exchange. */
  readonly saveCredential?: (name: string, value: string) => Promise<void>
  /** Access tokens that several processes of the server share; absent where there is one. */
  readonly sharedTokens?: SharedTokens
  /** What the server speaks besides plain HTTP. */
  readonly protocols?: Protocols
  readonly limits?: Partial<CallLimits>
  /** The system's clock unless given. */
  readonly clock?: Clock
}

/** Tokens that are kept outside of this process. Neither throws: without it each process asks for itself. */
export interface SharedTokens {
  /** @param secret  what it was got with: nobody without it can read the token */
  read(key: string, secret: string): Promise<KeptValue<string> | undefined>
  keep(key: string, secret: string, token: KeptValue<string>): Promise<void>
}

/** Bounds of one call. */
export interface CallLimits {
  /** Bytes of an answer that are read; the rest is left on the wire. */
  readonly answerBytes: number
  /** Characters of text that are handed on. */
  readonly answerCharacters: number
  readonly timeoutMs: number
  /** How often a request that only reads is sent again. */
  readonly retries: number
  /** How long a call waits for that, in all; longer waits are told instead. */
  readonly retryWaitMs: number
}

export const DEFAULT_CALL_LIMITS: CallLimits = {
  answerBytes: 10_000_000,
  answerCharacters: 60_000,
  timeoutMs: 30_000,
  retries: 2,
  retryWaitMs: 5_000,
}
