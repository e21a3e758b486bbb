import type { D1Database, KvNamespace, ObjectNamespace } from './platform.ts'

/**
 * What a Worker is given: the names are those of wrangler.jsonc and of `wrangler secret put`. The server's own secrets
 * stand beside these, by their names.
 */
export interface WorkerBindings {
  /** How callers show who they are; `api-key` when absent. */
  readonly MCP_PROTECTION?: 'api-key' | 'none' | 'oauth' | 'login'
  /** Secret: the API key that callers send as a bearer token, for Workers that are deployed by hand. */
  readonly MCP_TOKEN?: string
  /** Secret: SHA-256 in hex of the API keys that hold, one or two with a comma between: the old one until all have the new. */
  readonly MCP_KEY_HASHES?: string
  /** `oauth`: the issuer's URL, as its metadata has it. */
  readonly MCP_ISSUER?: string
  /** `oauth`: what `aud` of a token must hold; this server's own URL when absent (RFC 8707). */
  readonly MCP_AUDIENCE?: string
  /** `oauth`: scopes by tool as JSON, `*` for every request: `{"*": ["mcp"], "delete_book": ["books:write"]}`. */
  readonly MCP_SCOPES?: string
  /** `login`: where people log in and who may, as JSON (login/login-settings.ts). */
  readonly MCP_LOGIN?: string
  /** Secret, `login`: of the client that this server is where people log in. */
  readonly MCP_LOGIN_CLIENT_SECRET?: string
  /**
   * The part of its public path that whoever passes requests on has taken away, as `/desk`; absent: it is at the root.
   */
  readonly MCP_MOUNT?: string
  /** Origins of browsers that may call, with commas between; `*` when absent. */
  readonly MCP_ORIGINS?: string
  /**
   * Of a version that is being tried: SHA-256 in hex of what its caller sends as `mcp-verification`. Such a
   * version answers that caller alone, and everybody else with 503.
   */
  readonly MCP_VERIFICATION_HASH?: string
  /**
   * Secret that seals what travels through clients between the rounds of a call; at least 32 characters. When absent it
   * is derived from the other secrets; without any, each isolate has its own.
   */
  readonly REQUEST_STATE_KEY?: string
  /** Workers' version_metadata binding. */
  readonly CF_VERSION_METADATA?: { readonly id: string; readonly tag: string; readonly timestamp: string }
  /** Sessions of clients of 2025, one Durable Object each (class `McpObject`); absent: there are none. */
  readonly MCP_SESSIONS?: ObjectNamespace
  /** Calls that may go on as tasks, one Durable Object each (class `McpObject`); absent: all end within their request. */
  readonly MCP_TASKS?: ObjectNamespace
  /** D1: what tools keep; absent: it lives as long as the isolate. */
  readonly MCP_STORE?: D1Database
  /** KV: access tokens and issuers' metadata; absent: they live as long as the isolate. */
  readonly MCP_CACHE?: KvNamespace
  /** KV, `login`: clients, logins under way, and tokens by their digests. */
  readonly OAUTH_KV?: KvNamespace
  /** Rate limit by caller; absent: none. */
  readonly MCP_RATE_LIMIT?: { limit(options: { readonly key: string }): Promise<{ readonly success: boolean }> }
}

/** What the Worker itself reads: tools are given the other names. */
export const OWN_BINDINGS = [
  'MCP_PROTECTION',
  'MCP_TOKEN',
  'MCP_KEY_HASHES',
  'MCP_ISSUER',
  'MCP_AUDIENCE',
  'MCP_SCOPES',
  'MCP_LOGIN',
  'MCP_LOGIN_CLIENT_SECRET',
  'MCP_MOUNT',
  'MCP_ORIGINS',
  'MCP_VERIFICATION_HASH',
  'REQUEST_STATE_KEY',
  'CF_VERSION_METADATA',
  'MCP_SESSIONS',
  'MCP_TASKS',
  'MCP_STORE',
  'MCP_CACHE',
  'OAUTH_KV',
  'MCP_RATE_LIMIT',
] as const satisfies readonly (keyof WorkerBindings)[]

/** Sent by whoever tries a version before it gets traffic. */
export const VERIFICATION_HEADER = 'mcp-verification'
