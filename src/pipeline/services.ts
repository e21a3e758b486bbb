import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import type { Config } from '../config/load-config.ts'
import type { Db } from '../db/db.ts'
import type { Deployment, TargetName } from '../model/deployment.ts'
import type { DeploymentTarget } from '../model/deployment-target.ts'
import type { DaemonId } from '../model/ids.ts'
import type { Egress } from '../net/egress.ts'
import type { InboxLinks } from '../inbox/inbox-links.ts'
import type { PendingLogins } from '../inbox/pending-logins.ts'
import type { Queue } from '../queue/queue.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { Rotation } from '../secrets/rotate-secrets.ts'
import type { Vault } from '../secrets/vault.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { BegunLogin } from './login/begin-login.ts'
import type { Connections } from './connections/connections.ts'
import type { ScriptRunner } from './files/script-runner.ts'
import type { LocalHosts } from './local-hosts.ts'
import type { Sightings } from './targets/sightings.ts'
import type { ServerSecrets } from './server-secrets.ts'
import type { Workshop } from './workshop/workshop.ts'

/** What the pipeline works with. `src/main` puts it together. */
export interface Services {
  readonly config: Config
  readonly daemonId: DaemonId
  readonly db: Db
  readonly audit: AuditWriter
  readonly queue: Queue
  readonly egress: Egress
  readonly workshop: Workshop
  readonly sandbox: Sandbox
  readonly scripts: ScriptRunner
  readonly secrets: ServerSecrets
  readonly vault: Vault
  readonly redactor: Redactor
  /** Encrypts all secrets with a new master key. */
  readonly rotateSecrets: () => Promise<Rotation>
  readonly localHosts: LocalHosts
  readonly connections: Connections
  readonly inboxLinks: InboxLinks
  readonly pendingLogins: PendingLogins<BegunLogin>
  readonly targets: Readonly<Record<TargetName, DeploymentTarget>>
  /** What places away from here were last found to have. */
  readonly sightings: Sightings
  /** A deployed server of this daemon, for callers in this process. Undefined when it is not up here. */
  readonly reachServer: (deployment: Deployment) => RunningServer | undefined
  /** The token of the data directory's owner; deployments' tokens are made from it. */
  readonly ownerToken: string
  /** `http://127.0.0.1:port` of this daemon. */
  readonly baseUrl: string
}

/** A server that is up, asked in the 2026-07-28 form: `tools/list`, `tools/call` … */
export interface RunningServer {
  request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<unknown>
}
