import { MetaError } from '../errors/meta-error.ts'
import { type Deployment, usualTarget } from '../model/deployment.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { refuseMoreServers } from '../pipeline/quota.ts'
import { restorableUntil } from '../pipeline/purge-archives.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { findArchivedServer, freeName, requireServer, restoreServer } from '../registry/server-store.ts'
import { answerSchema, string } from './answer-schema.ts'
import {
  type AnswerOf,
  confirmArgument,
  defineTool,
  DELETES,
  type MetaCall,
  objectSchema,
  serverArgument,
} from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly restore?: boolean
}

const gives = answerSchema(['status'], { server: string, status: string }, { restorable_until: string })
type Answer = AnswerOf<typeof gives>

export const deleteServer = defineTool({
  name: 'delete_server',
  title: 'Delete a server',
  description:
    'Takes a server down everywhere and archives it; restore brings it back. confirm: from CONFIRMATION_NEEDED, after asking the person.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      confirm: confirmArgument,
      restore: { type: 'boolean' },
    },
    ['server'],
  ),
  outputSchema: gives,
  scope: 'write',
  annotations: { ...DELETES, openWorldHint: true },
  async run({ server: name, restore }: Input, call) {
    if (restore) return bringBack(name, call)
    const { services, principal, confirm } = call
    const { tenantId } = principal
    const { server, lost } = await services.db.as(tenantId, async (sql) => {
      const found = await requireServer(sql, tenantId, name)
      return { server: found, lost: tellLost(await listDeployments(sql, tenantId, found.id)) }
    })
    await confirm(`Take down and archive the server "${name}"?${lost}`, 'destroys')
    const job = await services.queue.send({ kind: 'delete', tenantId, serverId: server.id })
    const followed = await followJob(job, call, `Deleting ${name}.`)
    return followed.kind === 'done' ? describeDeleted(name, 'archived') : { ...describeDeleted(name, 'deleting'), job }
  },
})

/** An archive keeps what is here; a target takes its own down with all that it has made. */
function tellLost(deployments: readonly Deployment[]): string {
  const places = deployments.flatMap(({ target, status }) =>
    target === 'local' || status === 'deleted' ? [] : [target],
  )
  return places.length > 0 ? ` What it has stored on ${places.join(', ')} is deleted for good.` : ''
}

export function describeDeleted(name: string, status: 'archived' | 'deleting'): Answer {
  const until = restorableUntil(new Date()).toISOString().slice(0, 10)
  return {
    text: `"${name}" is ${status}${status === 'archived' ? '; its name is free' : ''}. It can be restored until ${until}.`,
    structured: { server: name, status, restorable_until: until },
    next: [{ tool: 'delete_server', arguments: { server: name, restore: true } }],
  }
}

async function bringBack(name: string, { services, confirm, principal: { tenantId } }: MetaCall): Promise<Answer> {
  await confirm(`Bring the archived server "${name}" back?`, 'changes')
  const { target, now } = await services.db.as(tenantId, async (sql) => {
    const archived = await findArchivedServer(sql, tenantId, name)
    if (!archived)
      throw new MetaError(
        'SERVER_UNKNOWN',
        `There is no archived server "${name}".`,
        'list_servers with status: "archived" shows them.',
      )
    await refuseMoreServers(sql, services.config.quota, tenantId)
    const free = await freeName(sql, tenantId, name)
    await restoreServer(sql, tenantId, { id: archived.id, name: free })
    const deployments = await listDeployments(sql, tenantId, archived.id)
    return { target: usualTarget(deployments.map((deployment) => deployment.target)), now: free }
  })
  const renamed = now === name ? '' : ` It is called "${now}", since there is another "${name}" now.`
  return {
    text: `"${name}" is back, as a stopped server.${renamed}`,
    structured: { server: now, status: 'stopped' },
    next: [{ tool: 'deploy', arguments: { server: now, ...(target && { target }) } }],
  }
}
