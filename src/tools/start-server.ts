import { TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import type { DeployOutcome } from '../pipeline/deploy-build.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { queueChange } from '../pipeline/queue-work.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, integer, string } from './answer-schema.ts'
import { type AnswerOf, defineTool, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
}

const gives = answerSchema(
  ['status', 'url'],
  { server: string, status: string },
  { version: integer, url: string, job: string },
)
type Answer = AnswerOf<typeof gives>

export const startServer = defineTool({
  name: 'start_server',
  title: 'Start again',
  description: 'Brings a stopped server up again as it was.',
  inputSchema: objectSchema({ server: serverArgument, target: { type: 'string', enum: [...TARGET_NAMES] } }, [
    'server',
  ]),
  outputSchema: gives,
  scope: 'deploy',
  annotations: { ...WRITES, idempotentHint: true, openWorldHint: true },
  async run({ server: name, target }: Input, call) {
    const {
      services,
      principal: { tenantId },
    } = call
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    const { job } = await queueChange('start', server, target, services, tenantId)
    const followed = await followJob(job, call, `Starting ${name}.`)
    if (followed.kind === 'running') {
      return {
        text: `"${name}" is still starting.`,
        structured: { server: name, status: 'running', job },
        next: [{ tool: 'get_server', arguments: { server: name, include: ['deployments'] } }],
        job,
      }
    }
    // The start job's output: see handle-job.ts.
    return describeStarted(name, followed.output as DeployOutcome)
  },
})

export function describeStarted(name: string, { target, version, endpointUrl }: DeployOutcome): Answer {
  return {
    text: `"${name}" version ${version} is up at ${endpointUrl}.`,
    structured: { server: name, status: 'running', version, url: endpointUrl },
    next: [
      target === 'local'
        ? { tool: 'search_tools', arguments: { server: name, query: '…' } }
        : { tool: 'get_logs', arguments: { server: name, target } },
    ],
  }
}
