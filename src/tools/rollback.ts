import { MetaError } from '../errors/meta-error.ts'
import type { Build } from '../model/build.ts'
import { type Deployment, onTarget, placeOf, TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import { type DeploymentSettings, settingsBetween, settingsOnReturn } from '../model/deployment-settings.ts'
import type { Server } from '../model/server.ts'
import type { DeployOutcome } from '../pipeline/deploy-build.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { notThere, queueDeploy } from '../pipeline/queue-work.ts'
import { findBuildById, listBuilds } from '../registry/build-store.ts'
import { findDeployment, listDeployments } from '../registry/deployment-store.ts'
import { findVersionSettings } from '../registry/version-settings-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, integer, string } from './answer-schema.ts'
import { confirmArgument, DELETES, defineTool, type MetaCall, objectSchema, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
  readonly version?: number
}

export const rollback = defineTool({
  name: 'rollback',
  title: 'Roll back',
  description: 'Puts an earlier version back up. The draft stays as it is.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      target: { type: 'string', enum: [...TARGET_NAMES] },
      version: { type: 'integer', minimum: 1, description: 'Default: the one that ran before.' },
      confirm: confirmArgument,
    },
    ['server'],
  ),
  outputSchema: answerSchema(
    ['from', 'to'],
    { server: string },
    { from: integer, to: integer, health: string, url: string, status: string, job: string },
  ),
  scope: 'deploy',
  // Without a version each call goes one further back.
  annotations: { ...DELETES, idempotentHint: false, openWorldHint: true },
  async run({ server: name, target: wanted, version }: Input, call) {
    const { services, principal, confirm } = call
    const { tenantId } = principal
    const { server, deployment, live, earlier } = await findVersions(name, wanted, call)
    const { target } = deployment
    const to = chooseVersion(name, live, earlier, version)
    const settings = await findReturnSettings(deployment, earlier, to, call)
    const changed = sayChanged(settingsBetween(deployment.settings, settings))
    await confirm(
      `Put version ${to} of "${name}" up instead of ${live.version}${onTarget(target)}?${changed}`,
      'destroys',
    )
    const { job } = await queueDeploy(server, { target, settings }, { version: to }, services, tenantId)
    const followed = await followJob(job, call, `Going back to version ${to} of ${name}.`)
    if (followed.kind === 'running') {
      return {
        text: `"${name}" is still going back.`,
        structured: { server: name, status: 'running', job },
        next: [{ tool: 'get_server', arguments: { server: name, include: ['deployments', 'versions'] } }],
        job,
      }
    }
    // The deploy job's output: see handle-job.ts.
    const { endpointUrl, notes = [] } = followed.output as DeployOutcome
    const told = notes.map((note) => ` ${note}`).join('')
    return {
      text: `"${name}" runs version ${to} again${onTarget(target)}, instead of ${live.version}.${changed}${told} The next deploy builds the draft as it stands.`,
      structured: { server: name, from: live.version, to, health: 'ok', url: endpointUrl },
      told: ['health'],
      next: [{ tool: 'get_server', arguments: { server: name, include: ['versions', 'tools'] } }],
    }
  },
})

async function findVersions(
  name: string,
  wanted: TargetName | undefined,
  { services, principal: { tenantId } }: MetaCall,
): Promise<{ server: Server; deployment: Deployment; live: Build; earlier: readonly Build[] }> {
  return services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, name)
    const target = wanted ?? placeOf(await listDeployments(sql, tenantId, server.id)) ?? 'local'
    const deployment = await findDeployment(sql, tenantId, server.id, target)
    const live = deployment?.buildId ? await findBuildById(sql, tenantId, deployment.buildId) : undefined
    if (!deployment || !live) throw await notThere(sql, server, target)
    const builds = await listBuilds(sql, tenantId, server.id, 1_000)
    return { server, deployment, live, earlier: builds.filter(({ version }) => version !== live.version) }
  })
}

/** Where it was not noted what the version was deployed with, those in force. */
async function findReturnSettings(
  { target, settings }: Deployment,
  versions: readonly Build[],
  to: number,
  { services, principal: { tenantId } }: MetaCall,
): Promise<DeploymentSettings> {
  const build = versions.find(({ version }) => version === to)
  const own = build && (await services.db.as(tenantId, (sql) => findVersionSettings(sql, tenantId, build.id, target)))
  return settingsOnReturn(own ?? settings, settings, services.targets[target].versionedSettings)
}

function sayChanged(changed: DeploymentSettings): string {
  const settings = Object.entries(changed).filter(([name]) => name !== 'traffic')
  const told = settings.map(([name, value]) => `${name} ${value === null ? 'as by default' : JSON.stringify(value)}`)
  return told.length > 0 ? ` Its settings come back: ${told.join(', ').slice(0, LONGEST_SETTINGS)}.` : ''
}

const LONGEST_SETTINGS = 1_000

/** @throws MetaError VERSION_UNKNOWN when there is none, or not this one */
function chooseVersion(name: string, live: Build, others: readonly Build[], wanted: number | undefined): number {
  const before = others.find(({ version, ranAt }) => version < live.version && ranAt !== null)?.version
  const chosen = wanted === undefined ? before : others.find(({ version }) => version === wanted)?.version
  if (chosen !== undefined) return chosen
  const list = others.map(({ version }) => version).slice(0, 10)
  throw new MetaError(
    'VERSION_UNKNOWN',
    wanted === undefined
      ? `"${name}" runs version ${live.version}, and there is none before it.`
      : wanted === live.version
        ? `"${name}" runs version ${wanted} already.`
        : `"${name}" has no version ${wanted}.`,
    list.length > 0 ? `Others are: ${list.join(', ')}.` : 'Change it and deploy again instead.',
    { next: { tool: 'get_server', arguments: { server: name, include: ['versions'] } } },
  )
}
