import { TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import type { DeployOutcome } from '../pipeline/deploy-build.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { findPendingDeploy, queueDeploy } from '../pipeline/queue-work.ts'
import { requestSecrets } from '../pipeline/request-secrets.ts'
import { requireItems } from '../pipeline/require-items.ts'
import { describeItems, loadSummary } from '../pipeline/server-summary.ts'
import { mergeSettings } from '../pipeline/targets/deploy-settings.ts'
import { requireTargetToken } from '../pipeline/targets/find-target-token.ts'
import { requireLoginSecret } from '../pipeline/targets/login-secret.ts'
import { planDeploy } from '../pipeline/targets/plan-deploy.ts'
import { versionUnknown } from '../pipeline/version-unknown.ts'
import { counted } from '../model/counted.ts'
import type { Server } from '../model/server.ts'
import { findBuild } from '../registry/build-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, array, integer, string, strings } from './answer-schema.ts'
import { type AnswerOf, defineTool, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
  readonly version?: number
  readonly acknowledge?: readonly string[]
  readonly plan?: boolean
  readonly settings?: Readonly<Record<string, unknown>>
}

const gives = answerSchema(
  ['version', 'url'],
  { server: string },
  {
    version: integer,
    target: string,
    url: string,
    health: string,
    tools: integer,
    notes: strings,
    tests_passed: integer,
    missing_secrets: strings,
    link: string,
    warnings: integer,
    worst: array,
    plan: strings,
    limits: strings,
    status: string,
    job: string,
  },
)
type Answer = AnswerOf<typeof gives>

export const deploy = defineTool({
  name: 'deploy',
  title: 'Deploy a server',
  description: 'Builds, checks and puts up a server; if that fails, what ran stays up.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      target: { type: 'string', enum: [...TARGET_NAMES], default: 'local' },
      version: { type: 'integer', minimum: 1, description: 'An earlier version.' },
      acknowledge: { type: 'array', items: { type: 'string', maxLength: 200 } },
      plan: { type: 'boolean', description: 'Only say what would be done.' },
      settings: { type: 'object', description: 'cloudflare: protection, domain, sessions …; kept.' },
    },
    ['server'],
  ),
  outputSchema: gives,
  scope: 'deploy',
  annotations: { ...WRITES, idempotentHint: true, openWorldHint: true },
  async run(input: Input, call) {
    const { server: name, target = 'local', version, acknowledge = [], plan = false, settings: given = {} } = input
    const { services, principal } = call
    const { tenantId } = principal
    const server = await services.db.as(tenantId, async (sql) => {
      const found = await requireServer(sql, tenantId, name)
      if (version === undefined) await requireItems(sql, found, principal)
      else if (!(await findBuild(sql, tenantId, found.id, version))) throw versionUnknown(name, version)
      return found
    })
    const settings = await mergeSettings(server, target, given, services)
    const again = { tool: 'deploy', arguments: { ...input } }
    await requireTargetToken(target, server, again, services, principal)
    if (plan) return describePlan(server, { target, settings, version }, call)
    const pending = await findPendingDeploy(server, { target, given, version }, services)
    if (!pending) await requireLoginSecret(settings, server, again, services, principal)
    // What an earlier version consists of was checked when it was new.
    const what = version === undefined ? { gates: { acknowledge, subject: principal.subject } } : { version }
    const job = pending ?? (await queueDeploy(server, { target, settings }, what, services, tenantId)).job
    const followed = await followJob(job, call, `Deploying ${name}.`)
    if (followed.kind === 'running') {
      return {
        text: `"${name}" is still being deployed.`,
        structured: { server: name, status: 'running', job },
        next: [
          {
            tool: 'deploy',
            arguments: {
              server: name,
              ...(target !== 'local' && { target }),
              ...(version !== undefined && { version }),
            },
          },
        ],
        job,
      }
    }
    // The deploy job's output: see handle-job.ts.
    return describeDeployed(name, followed.output as DeployOutcome, call)
  },
})

async function describePlan(
  server: Server,
  planned: Parameters<typeof planDeploy>[1],
  { services, signal, progress }: MetaCall,
): Promise<Answer> {
  const { version, steps, limits = [] } = await planDeploy(server, planned, services, signal, progress)
  const { target, settings } = planned
  return {
    text: [`Deploying version ${version} of "${server.name}" to ${target} would do this:`, ...steps, ...limits].join(
      '\n',
    ),
    structured: { server: server.name, target, version, plan: steps, ...(limits.length > 0 && { limits }) },
    next: [
      {
        tool: 'deploy',
        arguments: { server: server.name, target, ...(Object.keys(settings).length > 0 && { settings }) },
      },
    ],
  }
}

/** What is said when a server has been put up. */
export async function describeDeployed(
  name: string,
  outcome: DeployOutcome,
  { services, principal }: Pick<MetaCall, 'services' | 'principal'>,
): Promise<Answer> {
  const { tenantId } = principal
  const { target } = outcome
  const elsewhere = target === 'local' ? {} : { target }
  const summary = await services.db.as(tenantId, async (sql) =>
    loadSummary(sql, tenantId, await requireServer(sql, tenantId, name)),
  )
  const tools = summary.tools.length
  const { missing, link } = await requestSecrets(name, undefined, services, principal)
  const names = missing.map((secret) => secret.name)
  const passed = outcome.testsPassed ? ` ${counted(outcome.testsPassed, 'saved test')} passed.` : ''
  const lacks = names.length > 0 ? ` Missing: ${names.join(', ')}; a person enters it at ${link}` : ''
  return {
    text: `"${name}" version ${outcome.version} is up at ${outcome.endpointUrl} (${describeItems(summary)}).${passed}${noted(outcome)}${warned(outcome)}${lacks}`,
    structured: {
      server: name,
      version: outcome.version,
      ...elsewhere,
      url: outcome.endpointUrl,
      health: 'ok',
      tools,
      ...(outcome.notes && { notes: outcome.notes }),
      ...(outcome.testsPassed && { tests_passed: outcome.testsPassed }),
      ...(names.length > 0 && { missing_secrets: names, link }),
      ...(outcome.warnings && { warnings: outcome.warnings.count, worst: outcome.warnings.worst }),
    },
    told: ['health'],
    next: [
      names.length > 0
        ? { tool: 'request_secrets', arguments: { server: name } }
        : target === 'local' && tools > 0
          ? { tool: 'search_tools', arguments: { server: name, query: '…' } }
          : { tool: 'get_install', arguments: { server: name, client: 'json' } },
      { tool: 'get_logs', arguments: { server: name, ...elsewhere } },
    ],
  }
}

function noted({ notes = [] }: DeployOutcome): string {
  return notes.map((note) => ` ${note}`).join('')
}

function warned({ warnings }: DeployOutcome): string {
  return warnings ? ` ${counted(warnings.count, 'warning')}: see check_server.` : ''
}
