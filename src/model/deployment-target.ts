import type { ConnectedTools } from './build-contents.ts'
import type { BuildWithFiles } from './build.ts'
import type { Deployment } from './deployment.ts'
import type { Credential } from '../../runtime/library/http-call.ts'
import type { JsonSchema } from './tool-definition.ts'
import type { Server } from './server.ts'

/** What a target is given to put a build up. */
export interface DeploymentRequest {
  readonly server: Server
  readonly deployment: Deployment
  readonly build: BuildWithFiles
  /** Hosts the server may reach. */
  readonly hosts: readonly string[]
  readonly credentials: readonly Credential[]
  readonly connected: ConnectedTools
  /** As the target's `settingsSchema` has them. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Stores what has been reached as `deployment.state`: when it is repeated after a death it goes on from there. */
  readonly keep: (state: Deployment['state']) => Promise<void>
  /** Says what is being done, in a sentence, to whoever waits. */
  readonly tell: (message: string) => void
}

export interface DeploymentPlan {
  /** Each line names one thing that `apply` will create, change or remove. */
  readonly steps: readonly string[]
  /** What the place allows and what of it this takes, each in a line; absent where there is nothing to know. */
  readonly limits?: readonly string[]
}

export interface AppliedDeployment {
  readonly endpointUrl: string
  readonly port: number | null
  /** What a person should know, each in a sentence; absent where there is nothing. */
  readonly notes?: readonly string[]
}

/** One version as the place itself keeps it. */
export interface TargetVersion {
  /** The place's own id. */
  readonly id: string
  /** Of our builds; absent for one that somebody else put there. */
  readonly version?: number
  readonly at: Date
  /** Of the requests, in percent. */
  readonly share: number
}

/** What a server was asked where it runs, as the place counts it. */
export interface TargetUsage {
  readonly since: Date
  readonly requests: number
  readonly errors: number
  readonly cpuMsP50?: number
  readonly cpuMsP99?: number
}

export interface TargetStatus {
  /** `missing`: the place has nothing of it any more; what is deployed next makes it anew. */
  readonly state: 'running' | 'asleep' | 'starting' | 'stopped' | 'failed' | 'missing'
  readonly message?: string
  readonly pid?: number
}

export interface LogLine {
  readonly at: Date
  readonly level: 'debug' | 'info' | 'warning' | 'error'
  readonly message: string
}

export interface LogQuery {
  readonly level?: LogLine['level']
  readonly query?: string
  readonly since?: Date
  readonly limit: number
  readonly cursor?: string
}

/** One place where servers run. `plan` changes nothing. */
export interface DeploymentTarget {
  readonly name: string
  readonly settingsSchema: JsonSchema
  /** Those of them that belong to a version's code, and come back with it. The others say who may call it, and where. */
  readonly versionedSettings: readonly string[]
  /**
   * @param deployment  that has them; undefined before its first deploy
   * @throws MetaError ARGUMENTS_INVALID that names every setting that is not right, and what is allowed; TARGET_REFUSED
   * for those that cannot be had where it is
   */
  checkSettings(settings: DeploymentRequest['settings'], deployment?: Deployment): Promise<void>
  plan(request: DeploymentRequest): Promise<DeploymentPlan>
  /** Puts the build up and waits until it answers. Safe to repeat. A failure leaves what ran before running. */
  apply(request: DeploymentRequest, signal: AbortSignal): Promise<AppliedDeployment>
  status(deployment: Deployment): Promise<TargetStatus>
  logs(deployment: Deployment, query: LogQuery): Promise<{ lines: readonly LogLine[]; nextCursor?: string }>
  /** Newest first; absent where the place keeps none of its own. */
  versions?(deployment: Deployment): Promise<readonly TargetVersion[]>
  /** Of the last day; undefined where nothing is up, absent where the place does not count. */
  usage?(deployment: Deployment): Promise<TargetUsage | undefined>
  /** Nobody reaches it any more; what it has stored stays. `apply` brings it back. Safe to repeat. */
  stop(deployment: Deployment): Promise<void>
  /** Takes it down, with all that the target has made for it. Safe to repeat. */
  remove(deployment: Deployment): Promise<void>
}
