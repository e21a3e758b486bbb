import { onTarget, TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { queueChange } from '../pipeline/queue-work.ts'
import { requireServer } from '../registry/server-store.ts'
import { answerSchema, string } from './answer-schema.ts'
import { type AnswerOf, defineTool, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly target?: TargetName
}

const gives = answerSchema(['status'], { server: string, status: string })
type Answer = AnswerOf<typeof gives>

export const stopServer = defineTool({
  name: 'stop_server',
  title: 'Stop a server',
  description: 'Takes a deployed server down, until start_server.',
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
    const { job, deployment } = await queueChange('stop', server, target, services, tenantId)
    const followed = await followJob(job, call, `Stopping ${name}.`)
    const status = followed.kind === 'done' ? 'stopped' : 'stopping'
    return { ...describeStopped(name, status, deployment.target), ...(status === 'stopping' && { job }) }
  },
})

export function describeStopped(name: string, status: 'stopped' | 'stopping', target: TargetName = 'local'): Answer {
  return {
    text: `"${name}" is ${status}${onTarget(target)}.`,
    structured: { server: name, status },
    next: [{ tool: 'start_server', arguments: { server: name, ...(target !== 'local' && { target }) } }],
  }
}
