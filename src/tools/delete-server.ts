import { MetaError } from '../errors/meta-error.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { restorableUntil } from '../pipeline/purge-archives.ts'
import { findArchivedServer, requireServer, restoreServer } from '../registry/server-store.ts'
import { DELETES, defineTool, type MetaAnswer, type MetaCall, objectSchema, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly confirm?: string
  readonly restore?: boolean
}

export const deleteServer = defineTool<Input>({
  name: 'delete_server',
  title: 'Delete a server',
  description:
    'Takes a server down everywhere and archives it. Ask the person first, then give its name as confirm. restore: true brings it back.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      confirm: { type: 'string', maxLength: 40, description: 'The name of the server once more.' },
      restore: { type: 'boolean' },
    },
    ['server'],
  ),
  scope: 'write',
  annotations: DELETES,
  async run({ server: name, confirm, restore }, call) {
    if (restore) return bringBack(name, call)
    const { services, principal, signal, progress } = call
    const { tenantId } = principal
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    if (confirm !== name) {
      throw new MetaError(
        'ARGUMENTS_INVALID',
        confirm === undefined ? `Deleting "${name}" must be confirmed.` : `"${confirm}" is not the name of the server.`,
        'Ask the person; when they agree, call it again with the name as confirm.',
        { next: { tool: 'delete_server', arguments: { server: name, confirm: name } } },
      )
    }
    const job = await services.queue.send({ kind: 'delete', tenantId, serverId: server.id })
    const followed = await followJob(job, services, { tenantId, signal, progress, label: `Deleting ${name}.` })
    const until = restorableUntil(new Date()).toISOString().slice(0, 10)
    const status = followed.kind === 'done' ? 'archived' : 'deleting'
    return {
      text: `"${name}" is ${status}; its name is free. It can be restored until ${until}.`,
      structured: { server: name, status, restorable_until: until },
      next: [{ tool: 'delete_server', arguments: { server: name, restore: true } }],
    }
  },
})

async function bringBack(name: string, { services, principal: { tenantId } }: MetaCall): Promise<MetaAnswer> {
  await services.db.as(tenantId, async (sql) => {
    const archived = await findArchivedServer(sql, tenantId, name)
    if (!archived)
      throw new MetaError(
        'SERVER_UNKNOWN',
        `There is no archived server "${name}".`,
        'list_servers with status: "archived" shows them.',
      )
    await restoreServer(sql, tenantId, archived)
  })
  return {
    text: `"${name}" is back, as a stopped server.`,
    structured: { server: name, status: 'stopped' },
    next: [{ tool: 'deploy', arguments: { server: name } }],
  }
}
