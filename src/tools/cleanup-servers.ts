import { counted } from '../model/counted.ts'
import { followJob } from '../pipeline/follow-job.ts'
import { restorableUntil } from '../pipeline/purge-archives.ts'
import { findUnusedServers } from '../registry/unused-servers.ts'
import { answerSchema, arrayOf, string } from './answer-schema.ts'
import { confirmArgument, DELETES, defineTool, objectSchema } from './meta-tool.ts'

interface Input {
  readonly unused_days?: number
  readonly dry_run?: boolean
}

const unusedServers = arrayOf({ name: string, last_used: string })
const DAY_MS = 24 * 60 * 60_000

export const cleanupServers = defineTool({
  name: 'cleanup_servers',
  title: 'Clean up',
  description:
    'Archives servers that nobody has changed or called for long. First shows which; restorable for 30 days.',
  inputSchema: objectSchema({
    unused_days: { type: 'integer', minimum: 1, maximum: 3_650, default: 30 },
    dry_run: { type: 'boolean', default: true },
    confirm: confirmArgument,
  }),
  outputSchema: answerSchema(
    ['would_archive', 'archived'],
    {},
    { would_archive: unusedServers, archived: unusedServers, restorable_until: string },
  ),
  scope: 'write',
  annotations: { ...DELETES, openWorldHint: true },
  async run({ unused_days: days = 30, dry_run: isDry = true }: Input, call) {
    const { services, principal, confirm } = call
    const { tenantId } = principal
    const before = new Date(Date.now() - days * DAY_MS)
    const unused = await services.db.as(tenantId, (sql) => findUnusedServers(sql, tenantId, before))
    const servers = unused.map(({ name, lastUsedAt }) => ({ name, last_used: lastUsedAt.toISOString().slice(0, 10) }))
    if (unused.length === 0) {
      return {
        text: `Every server was used within ${counted(days, 'day')}.`,
        structured: isDry ? { would_archive: [] } : { archived: [] },
        next: [{ tool: 'list_servers', arguments: {} }],
      }
    }
    if (isDry) {
      return {
        text: `Unused for ${counted(days, 'day')}:\n${servers.map(({ name, last_used }) => `${name}, since ${last_used}`).join('\n')}`,
        structured: { would_archive: servers },
        next: [{ tool: 'cleanup_servers', arguments: { unused_days: days, dry_run: false } }],
      }
    }
    await confirm(`Take down and archive: ${servers.map(({ name }) => name).join(', ')}?`, 'destroys')
    for (const { id, name } of unused) {
      const job = await services.queue.send({ kind: 'delete', tenantId, serverId: id })
      await followJob(job, { ...call, takesTasks: false }, `Archiving ${name}.`)
    }
    const until = restorableUntil(new Date()).toISOString().slice(0, 10)
    return {
      text: `Archived: ${servers.map(({ name }) => name).join(', ')}. They can be restored until ${until}.`,
      structured: { archived: servers, restorable_until: until },
      next: [{ tool: 'delete_server', arguments: { server: servers[0]?.name ?? '', restore: true } }],
    }
  },
})
