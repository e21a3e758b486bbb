import { TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import { type DeployOutcome } from '../pipeline/deploy-build.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { findPendingDeploy, queueDeploy } from '../pipeline/queue-work.ts'
import { requestSecrets } from '../pipeline/request-secrets.ts'
import { MetaError } from '../errors/meta-error.ts'
import { requireServer } from '../registry/server-store.ts'
import { countTools } from '../registry/tool-store.ts'
import { defineTool, type MetaAnswer, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
  readonly version?: number
  readonly acknowledge?: readonly string[]
}

export const deploy = defineTool<Input>({
  name: 'deploy',
  title: 'Deploy a server',
  description:
    'Builds, checks and starts a server, and gives its address. What ran before keeps running if that fails.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      target: { type: 'string', enum: [...TARGET_NAMES], description: 'local by default.' },
      version: { type: 'integer', minimum: 1, description: 'An earlier version instead of a new one.' },
      acknowledge: { type: 'array', items: { type: 'string', maxLength: 200 } },
    },
    ['server'],
  ),
  scope: 'deploy',
  annotations: { ...WRITES, idempotentHint: true, openWorldHint: true },
  async run({ server: name, target = 'local', version, acknowledge = [] }, call) {
    const { services, principal } = call
    const { tenantId } = principal
    const { server, tools } = await services.db.as(tenantId, async (sql) => {
      const found = await requireServer(sql, tenantId, name)
      return { server: found, tools: await countTools(sql, tenantId, found.id) }
    })
    if (tools === 0 && version === undefined) throw nothingToDeploy(name)
    const pending = await findPendingDeploy(server, target, version, services)
    // What an earlier version consists of was checked when it was new.
    const what = version === undefined ? { gates: { acknowledge, subject: principal.subject } } : { version }
    const job = pending ?? (await queueDeploy(server, target, what, services, tenantId)).job
    const followed = await followJob(job, call, `Deploying ${name}.`)
    if (followed.kind === 'running') {
      return {
        text: `"${name}" is still being deployed.`,
        structured: { server: name, status: 'running', job },
        next: [{ tool: 'deploy', arguments: { server: name } }],
        job,
      }
    }
    // The deploy job's output: see handle-job.ts.
    return describeDeployed(name, followed.output as DeployOutcome, call)
  },
})

/** What is said when a server has been put up. */
export async function describeDeployed(
  name: string,
  outcome: DeployOutcome,
  { services, principal }: Pick<MetaCall, 'services' | 'principal'>,
): Promise<MetaAnswer> {
  const { tenantId } = principal
  const tools = await services.db.as(tenantId, async (sql) =>
    countTools(sql, tenantId, (await requireServer(sql, tenantId, name)).id),
  )
  const { missing, link } = await requestSecrets(name, undefined, services, principal)
  const names = missing.map((secret) => secret.name)
  const passed = outcome.testsPassed ? ` ${outcome.testsPassed} saved tests pass.` : ''
  const lacks = names.length > 0 ? ` Missing: ${names.join(', ')}; a person enters it at ${link}` : ''
  return {
    text: `"${name}" version ${outcome.version} is up at ${outcome.endpointUrl} (${tools} tools).${passed}${warned(outcome)}${lacks}`,
    structured: {
      server: name,
      version: outcome.version,
      url: outcome.endpointUrl,
      health: 'ok',
      tools,
      ...(outcome.testsPassed && { tests_passed: outcome.testsPassed }),
      ...(names.length > 0 && { missing_secrets: names, link }),
      ...(outcome.warnings && { warnings: outcome.warnings.count, worst: outcome.warnings.worst }),
    },
    next: [
      names.length > 0
        ? { tool: 'request_secrets', arguments: { server: name } }
        : { tool: 'search_tools', arguments: { server: name, query: '…' } },
      { tool: 'get_logs', arguments: { server: name } },
    ],
  }
}

function warned({ warnings }: DeployOutcome): string {
  return warnings ? ` ${warnings.count} ${warnings.count === 1 ? 'warning' : 'warnings'}: see check_server.` : ''
}

function nothingToDeploy(server: string): MetaError {
  return new MetaError(
    'NOTHING_SELECTED',
    `Server "${server}" has no tools yet.`,
    'Add some with import_openapi or add_tool.',
    {
      next: { tool: 'add_tool', arguments: { server } },
    },
  )
}
