import type { Deployment } from '../../../src/model/deployment.ts'
import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { ProjectFiles } from '../../../src/model/project-files.ts'
import type { ToolDefinition } from '../../../src/model/tool-definition.ts'
import type { LoginSettings } from '../../library/worker/login/login-settings.ts'
import type { Clock } from '../../library/clock.ts'
import type { Wrangler } from './wrangler/wrangler.ts'

/** What the target needs of its surroundings. */
export interface CloudflareTargetOptions {
  /** The one way out: to Cloudflare's API and to the published servers. It gives whole answers. */
  readonly fetch: typeof fetch
  /** The same without following: a redirect is its answer. */
  readonly fetchOnce: typeof fetch
  readonly wrangler: Wrangler
  /** A build as a Worker's modules, `worker.mjs` among them. @throws MetaError BUILD_FAILED */
  readonly bundle: (request: Pick<DeploymentRequest, 'server' | 'build'>, signal: AbortSignal) => Promise<ProjectFiles>
  /** @throws MetaError SECRET_MISSING that says how a token is entered */
  readonly accessOf: (deployment: Deployment) => Promise<AccountAccess>
  /** The server's own secrets: those with a value, and the names of those without. */
  readonly secretsOf: (request: DeploymentRequest) => Promise<ServerSecrets>
  /** One or two that hold. The Worker gets their hashes. */
  readonly apiKeysOf: (request: DeploymentRequest) => Promise<readonly string[]>
  /** Of the client at which people log in; undefined: nobody has entered it. */
  readonly loginSecretOf: (request: DeploymentRequest, login: LoginSettings) => Promise<string | undefined>
  /** By tool. */
  readonly effectsOf: (request: DeploymentRequest) => Promise<Readonly<Record<string, ToolDefinition['effect']>>>
  /** A saved test of a tool without effects, called before a version gets traffic; none where there is none. */
  readonly trialCallOf: (request: DeploymentRequest) => Promise<TrialCall | undefined>
  /** Whether a person has agreed that the server is open to everybody. */
  readonly isApproved: (request: DeploymentRequest) => Promise<boolean>
  /** Of this installation, at least 32 characters; credentials of trials and keys of Workers are made from it. */
  readonly ownKey: string
  readonly clock?: Clock
  /** Of one answer of Cloudflare's API; 30 s by default. */
  readonly answerMs?: number
}

/** Workers of our own that stand around the servers of a dispatch namespace. */
export interface PlatformModules {
  readonly dispatcher: ProjectFiles
  readonly outbound: ProjectFiles
}

export interface AccountAccess {
  /** `https://api.cloudflare.com/client/v4` by default. */
  readonly apiBaseUrl: string
  readonly token: string
  /** Ids of the accounts it is for; absent: Cloudflare is asked. */
  readonly accountIds?: readonly string[]
}

export interface ServerSecrets {
  readonly values: Readonly<Record<string, string>>
  readonly missing: readonly string[]
}

export interface TrialCall {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}
