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
  readonly settings: Readonly<Record<string, unknown>>
}

export interface DeploymentPlan {
  /** Each line names one thing that `apply` will create, change or remove. */
  readonly steps: readonly string[]
}

export interface AppliedDeployment {
  readonly endpointUrl: string
  readonly port: number | null
}

export interface TargetStatus {
  readonly state: 'running' | 'asleep' | 'starting' | 'stopped' | 'failed'
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
  plan(request: DeploymentRequest): Promise<DeploymentPlan>
  /** Puts the build up and waits until it answers. Safe to repeat. A failure leaves what ran before running. */
  apply(request: DeploymentRequest, signal: AbortSignal): Promise<AppliedDeployment>
  status(deployment: Deployment): Promise<TargetStatus>
  logs(deployment: Deployment, query: LogQuery): Promise<{ lines: readonly LogLine[]; nextCursor?: string }>
  /** Takes it down. Safe to repeat. */
  remove(deployment: Deployment): Promise<void>
}
