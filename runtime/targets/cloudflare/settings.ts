import type { JsonSchema } from '../../../src/model/tool-definition.ts'
import { LARGEST_LIMITS, type WorkerLimits } from '../../../src/model/worker-limits.ts'
import type { LoginSettings } from '../../library/worker/login/login-settings.ts'

/** What a person chooses when a server goes to Cloudflare. Kept with the deployment: a later deploy names what changes. */
export interface CloudflareSettings {
  /** Id of the account; needed where the token reaches several. */
  readonly account?: string
  /** A host in one of the account's zones; absent: workers.dev. */
  readonly domain?: string
  readonly protection: 'api-key' | 'none' | 'oauth' | 'login'
  /** `oauth`: who gives out tokens. */
  readonly issuer?: string
  readonly audience?: string
  /** Scopes by tool; `*`: of every request. */
  readonly scopes?: Readonly<Record<string, readonly string[]>>
  /** `login`: where people log in, and who of them may call. */
  readonly login?: LoginSettings
  /** Keeps sessions of clients of 2025 in Durable Objects: they resume, are asked, and get notifications. Also `/sse`. */
  readonly sessions: boolean
  /** Of one caller. */
  readonly requestsPerMinute?: number
  /** Of one call; in a dispatch namespace at most the operator's. */
  readonly limits?: WorkerLimits
  /** Origins of browsers that may call; absent: all. */
  readonly origins?: readonly string[]
  /** Number of the newest API key; the one before holds too. */
  readonly key: number
  /** Percent of the requests that the new version gets; the one before has the rest. */
  readonly traffic: number
}

/** See `DeploymentTarget.versionedSettings`. */
export const VERSIONED_SETTINGS = ['limits', 'sessions'] as const satisfies (keyof CloudflareSettings)[]

/** As `deploy` takes them. */
export const cloudflareSettingsSchema: JsonSchema = {
  type: 'object',
  properties: {
    account: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'Account id; where the token reaches several.' },
    domain: { type: 'string', maxLength: 253, description: 'A host of one of your zones, instead of workers.dev.' },
    protection: { type: 'string', enum: ['api-key', 'none', 'oauth', 'login'], description: 'api-key by default.' },
    issuer: { type: 'string', maxLength: 500, description: 'oauth: URL of the issuer.' },
    audience: { type: 'string', maxLength: 500, description: 'oauth: by default the URL of the server.' },
    scopes: {
      type: 'object',
      maxProperties: 500,
      additionalProperties: { type: 'array', items: { type: 'string', maxLength: 200 }, maxItems: 20 },
      description: 'oauth: scopes by tool; "*" for all.',
    },
    login: {
      type: 'object',
      properties: {
        issuer: { type: 'string', maxLength: 500, description: 'URL of an OpenID provider.' },
        github: { type: 'boolean', description: 'true: GitHub, instead of issuer.' },
        client_id: { type: 'string', maxLength: 300, description: 'Of your client there.' },
        allow: {
          type: 'array',
          items: { type: 'string', maxLength: 320 },
          maxItems: 1_000,
          description: 'ann@example.com, *@example.com, github:octocat, sub:ID, or *.',
        },
        generation: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Raised by one: all logins end.' },
      },
      required: ['client_id', 'allow'],
      additionalProperties: false,
      description: 'login: where people log in, and who may call.',
    },
    sessions: { type: 'boolean', description: 'Sessions of clients of 2025, and /sse.' },
    requests_per_minute: { type: 'integer', minimum: 1, maximum: 100_000 },
    limits: {
      type: 'object',
      properties: {
        cpu_ms: { type: 'integer', minimum: 1, maximum: LARGEST_LIMITS.cpu_ms },
        subrequests: { type: 'integer', minimum: 1, maximum: LARGEST_LIMITS.subrequests },
      },
      additionalProperties: false,
      description: 'Of one call: CPU time, and requests that it sends. Paid plan.',
    },
    origins: { type: 'array', items: { type: 'string', maxLength: 300 }, maxItems: 50 },
    key: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      description: 'Raised by one: a new API key; the one before still holds.',
    },
    traffic: { type: 'integer', minimum: 1, maximum: 100, description: 'Percent for the new version; 100 by default.' },
  },
  additionalProperties: false,
}
