import { MetaError } from '../errors/meta-error.ts'
import type { BuildWithFiles } from '../model/build.ts'
import type { Deployment, TargetName } from '../model/deployment.ts'
import type { AppliedDeployment, DeploymentRequest } from '../model/deployment-target.ts'
import type { DeploymentSettings } from '../model/deployment-settings.ts'
import type { DeploymentId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { type Finding, worstFindings } from '../model/finding.ts'
import type { DeployGates, JobProgress } from '../queue/queue.ts'
import { findBuildById, loadBuild, noteBuildRan } from '../registry/build-store.ts'
import { takeLease } from '../registry/deployment-lease.ts'
import { type DeploymentChanges, findDeploymentById, updateDeployment } from '../registry/deployment-store.ts'
import { putVersionSettings } from '../registry/version-settings-store.ts'
import { setServerStatus } from '../registry/server-store.ts'
import { buildServer } from './build-server.ts'
import { loadSurroundings } from './build-surroundings.ts'
import { checkBuild } from './check-build.ts'
import { findSubject, setStatusUnlessUp } from './deployment-subject.ts'
import { deploymentToken, hashToken } from './deployment-token.ts'
import { refuseGates } from './refuse-gates.ts'
import type { Services } from './services.ts'
import { tellSettings } from './tell-settings.ts'
import { askPerson } from './targets/ask-person.ts'
import { versionUnknown } from './version-unknown.ts'

export const LEASE_MS = 60_000

export interface DeployOutcome {
  readonly target: TargetName
  readonly version: number
  readonly endpointUrl: string
  readonly port: number | null
  /** Of the target, for people. */
  readonly notes?: readonly string[]
  /** Saved tests; absent when there are none. */
  readonly testsPassed?: number
  /** Of the check of a new definition; absent when there are none. */
  readonly warnings?: { readonly count: number; readonly worst: readonly ShownFinding[] }
}

type ShownFinding = ReturnType<typeof worstFindings>[number]

/** Of the warnings that an answer shows. */
const WORST = 3

/**
 * Puts a build of a server up and waits until it answers. Safe to repeat: each step stores what has been reached. A
 * failure leaves what ran before running, and so does giving up.
 * @param version  absent: the current definition is built first
 * @param gates  what the current definition must pass before
 * @param wanted  the target's settings; absent: those in force. They are kept when the build is up
 * @param report  told before each step
 */
export async function deployBuild(
  { tenantId, deploymentId, version, gates, settings: wanted }: DeployOrder,
  services: Services,
  signal: AbortSignal,
  report: Report = () => {},
): Promise<DeployOutcome> {
  const { server, deployment } = await findSubject(tenantId, deploymentId, services)
  const wasUp = deployment.status === 'running' && deployment.buildId !== null
  const settings = wanted ?? deployment.settings
  const note = (changes: DeploymentChanges) => noteDeployment(tenantId, deploymentId, services, changes)
  const tell = (done: number, message: string): void => report({ done, total: STEPS, message })
  try {
    signal.throwIfAborted()
    await note({ ...(!wasUp && { status: 'building' as const }), statusMessage: 'Building.' })
    const warnings = gates ? await passGates(server, deployment, gates, services, signal) : []
    let built = 0
    const build = await findOrMakeBuild(server, version, services, tenantId, signal, (step) => tell(built++, step))
    tell(2, `Checking version ${build.version}.`)
    const tests = await checkBuild(build, server, services, signal)
    await services.db.asSystem((sql) => takeLease(sql, services.daemonId, deploymentId, LEASE_MS))
    const tokenHash = hashToken(deploymentToken(services, deploymentId))
    tell(3, `Starting version ${build.version}.`)
    const ready = await note({
      ...(!wasUp && { status: 'deploying' as const }),
      statusMessage: `Starting version ${build.version}.`,
      tokenHash,
    })
    const { notes, ...applied } = await applyTo(ready, server, build, settings, services, signal, {
      tell: (message) => tell(3, message),
      subject: gates?.subject,
    })
    const startedAt = new Date()
    await services.db.as(tenantId, async (sql) => {
      const changes = {
        ...applied,
        status: 'running' as const,
        statusMessage: null,
        buildId: build.id,
        settings,
        startedAt,
        stoppedAt: null,
        ...(deployment.target !== 'local' && { seen: { at: startedAt.toISOString(), state: 'running' as const } }),
      }
      await updateDeployment(sql, tenantId, deploymentId, changes)
      await putVersionSettings(sql, tenantId, build.id, deployment.target, settings)
      await setServerStatus(sql, tenantId, server.id, 'running')
      await noteBuildRan(sql, tenantId, build.id)
    })
    return {
      target: deployment.target,
      version: build.version,
      ...applied,
      ...(notes && { notes }),
      ...(tests.passed && { testsPassed: tests.passed }),
      ...(warnings.length > 0 && { warnings: { count: warnings.length, worst: worstFindings(warnings, WORST) } }),
    }
  } catch (error) {
    const failure = tellSettings(signal.aborted ? signal.reason : error, deployment, settings, server)
    const isUp = wasUp && (signal.aborted || (await services.sightings.look(deployment)) === undefined)
    await noteFailure(failure, isUp, server, deploymentId, services, tenantId)
    throw isUp ? await tellWhatRuns(failure, deployment, services) : failure
  }
}

interface DeployOrder {
  readonly tenantId: TenantId
  readonly deploymentId: DeploymentId
  readonly version?: number
  readonly gates?: DeployGates
  readonly settings?: DeploymentSettings
}

/** @throws MetaError CHECK_FAILED */
function passGates(
  server: Server,
  { target }: Deployment,
  { acknowledge, subject }: DeployGates,
  services: Services,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  return refuseGates(server, { acknowledge, target }, services, { tenantId: server.tenantId, subject }, signal)
}

type Report = (progress: JobProgress) => void

/** Two of building, then checking and starting. */
const STEPS = 4

/** Brings a deployment up again with the build it had: after a stop, or after the daemon's own start. */
export async function startDeployment(
  { tenantId, deploymentId }: { tenantId: TenantId; deploymentId: DeploymentId },
  services: Services,
  signal: AbortSignal,
  report?: Report,
): Promise<DeployOutcome> {
  const build = await services.db.as(tenantId, async (sql) => {
    const buildId = (await findDeploymentById(sql, tenantId, deploymentId))?.buildId
    return buildId ? findBuildById(sql, tenantId, buildId) : undefined
  })
  return deployBuild({ tenantId, deploymentId, ...(build && { version: build.version }) }, services, signal, report)
}

async function findOrMakeBuild(
  server: Server,
  version: number | undefined,
  services: Services,
  tenantId: TenantId,
  signal: AbortSignal,
  onStep: (step: string) => void,
): Promise<BuildWithFiles> {
  if (version === undefined) return buildServer(server, services, tenantId, signal, onStep)
  const build = await services.db.as(tenantId, (sql) => loadBuild(sql, tenantId, server.id, version))
  if (build) return build
  throw versionUnknown(server.name, version)
}

async function applyTo(
  deployment: Deployment,
  server: Server,
  build: BuildWithFiles,
  settings: DeploymentSettings,
  services: Services,
  signal: AbortSignal,
  { tell, subject = 'owner' }: { readonly tell: (message: string) => void; readonly subject?: string | undefined },
): Promise<AppliedDeployment> {
  const { tenantId, id } = server
  const surroundings = await services.db.as(tenantId, (sql) => loadSurroundings(sql, tenantId, server, build))
  await services.secrets.load(tenantId, id)
  const keep = async (state: Deployment['state']): Promise<void> => {
    await noteDeployment(tenantId, deployment.id, services, { state })
  }
  const request: DeploymentRequest = { server, deployment, build, ...surroundings, settings, keep, tell }
  try {
    return await services.targets[deployment.target].apply(request, signal)
  } catch (error) {
    await askPerson(error, request, services, subject)
    throw error
  }
}

/** The version that ran before goes on running: whoever deployed is told. */
async function tellWhatRuns(
  error: unknown,
  { tenantId, buildId }: Deployment,
  { db }: Pick<Services, 'db'>,
): Promise<unknown> {
  if (!(error instanceof MetaError) || buildId === null) return error
  const running = await db.as(tenantId, (sql) => findBuildById(sql, tenantId, buildId))
  if (!running) return error
  const message = `${error.message} Version ${running.version} still runs.`
  return new MetaError(error.code, message, error.fix, { cause: error, ...(error.next && { next: error.next }) })
}

async function noteDeployment(
  tenantId: TenantId,
  id: DeploymentId,
  { db }: Services,
  changes: DeploymentChanges,
): Promise<Deployment> {
  const deployment = await db.as(tenantId, (sql) => updateDeployment(sql, tenantId, id, changes))
  if (deployment) return deployment
  throw new MetaError('SERVER_UNKNOWN', 'The deployment is gone.', 'See what there is with list_servers.')
}

/** What ran before goes on running, and the message says what has failed. What was cancelled is no failure. */
async function noteFailure(
  error: unknown,
  wasUp: boolean,
  server: Server,
  id: DeploymentId,
  { db }: Services,
  tenantId: TenantId,
): Promise<void> {
  if (error instanceof MetaError && error.code === 'CANCELLED') {
    const changes = { ...(!wasUp && { status: 'stopped' as const }), statusMessage: 'The last deploy was cancelled.' }
    await db.as(tenantId, (sql) => updateDeployment(sql, tenantId, id, changes))
    return
  }
  const reason = error instanceof MetaError ? error.message : 'mcpwright met a bug.'
  const statusMessage = `The last deploy failed: ${reason}`.slice(0, 2_000)
  await db.as(tenantId, async (sql) => {
    await updateDeployment(sql, tenantId, id, { ...(!wasUp && { status: 'failed' as const }), statusMessage })
    if (!wasUp) await setStatusUnlessUp(sql, server, 'failed')
  })
}
