import { MetaError } from '../errors/meta-error.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { refuseMoreServers } from '../pipeline/quota.ts'
import { restorableUntil } from '../pipeline/purge-archives.ts'
import { findArchivedServer, requireServer, restoreServer } from '../registry/server-store.ts'
import {
  confirmArgument,
  DELETES,
  defineTool,
  type MetaAnswer,
  type MetaCall,
  objectSchema,
  serverArgument,
} from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly restore?: boolean
}

export const deleteServer = defineTool<Input>({
  name: 'delete_server',
  title: 'Delete a server',
  description:
    'Takes a server down everywhere and archives it; restore: true brings it back. confirm: from the error CONFIRMATION_NEEDED, after asking the person.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      confirm: confirmArgument,
      restore: { type: 'boolean' },
    },
    ['server'],
  ),
  scope: 'write',
  annotations: DELETES,
  async run({ server: name, restore }, call) {
    if (restore) return bringBack(name, call)
    const { services, principal, confirm } = call
    const { tenantId } = principal
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    await confirm(`Take down and archive the server "${name}"?`, 'destroys')
    const job = await services.queue.send({ kind: 'delete', tenantId, serverId: server.id })
    const followed = await followJob(job, call, `Deleting ${name}.`)
    return followed.kind === 'done' ? describeDeleted(name, 'archived') : { ...describeDeleted(name, 'deleting'), job }
  },
})

export function describeDeleted(name: string, status: 'archived' | 'deleting'): MetaAnswer {
  const until = restorableUntil(new Date()).toISOString().slice(0, 10)
  return {
    text: `"${name}" is ${status}${status === 'archived' ? '; its name is free' : ''}. It can be restored until ${until}.`,
    structured: { server: name, status, restorable_until: until },
    next: [{ tool: 'delete_server', arguments: { server: name, restore: true } }],
  }
}

async function bringBack(name: string, { services, confirm, principal: { tenantId } }: MetaCall): Promise<MetaAnswer> {
  await confirm(`Bring the archived server "${name}" back?`, 'changes')
  await services.db.as(tenantId, async (sql) => {
    const archived = await findArchivedServer(sql, tenantId, name)
    if (!archived)
      throw new MetaError(
        'SERVER_UNKNOWN',
        `There is no archived server "${name}".`,
        'list_servers with status: "archived" shows them.',
      )
    await refuseMoreServers(sql, services.config.quota, tenantId)
    await restoreServer(sql, tenantId, archived)
  })
  return {
    text: `"${name}" is back, as a stopped server.`,
    structured: { server: name, status: 'stopped' },
    next: [{ tool: 'deploy', arguments: { server: name } }],
  }
}
