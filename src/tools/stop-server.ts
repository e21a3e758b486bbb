import { TARGET_NAMES, type TargetName } from '../model/deployment.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { queueChange } from '../pipeline/queue-work.ts'
import { requireServer } from '../registry/server-store.ts'
import { DELETES, defineTool, type MetaAnswer, objectSchema, serverArgument } from './meta-tool.ts'

export const stopServer = defineTool<{ server: string; target?: TargetName }>({
  name: 'stop_server',
  title: 'Stop a server',
  description: 'Takes a deployed server down. start_server brings it up again.',
  inputSchema: objectSchema({ server: serverArgument, target: { type: 'string', enum: [...TARGET_NAMES] } }, [
    'server',
  ]),
  scope: 'deploy',
  annotations: { ...DELETES, destructiveHint: false },
  async run({ server: name, target = 'local' }, call) {
    const {
      services,
      principal: { tenantId },
    } = call
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    const { job } = await queueChange('stop', server, target, services, tenantId)
    const followed = await followJob(job, call, `Stopping ${name}.`)
    const status = followed.kind === 'done' ? 'stopped' : 'stopping'
    return { ...describeStopped(name, status, target), ...(status === 'stopping' && { job }) }
  },
})

export function describeStopped(
  name: string,
  status: 'stopped' | 'stopping',
  target: TargetName = 'local',
): MetaAnswer {
  return {
    text: `"${name}" is ${status}.`,
    structured: { server: name, status },
    next: [{ tool: 'start_server', arguments: { server: name, ...(target !== 'local' && { target }) } }],
  }
}
