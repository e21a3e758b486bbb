import type { ServerId } from '../model/ids.ts'
import type { NextCall } from '../errors/meta-error.ts'
import { SERVER_STATUSES, type ServerStatus } from '../model/server.ts'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import { listWaiting } from '../pipeline/inbox/answer-inbox.ts'
import { shareRead } from '../db/share-read.ts'
import { libraryDigest } from '../pipeline/workshop/package-sources.ts'
import { lastWord, tellWaiting } from '../pipeline/morning-report.ts'
import { listDeployments, listOutdated, type Outdated } from '../registry/deployment-store.ts'
import { listServers as list } from '../registry/server-store.ts'
import { countToolsByServer } from '../registry/tool-store.ts'
import { defineTool, objectSchema, READS } from './meta-tool.ts'

interface Input {
  readonly query?: string
  readonly status?: ServerStatus
  readonly limit?: number
  readonly cursor?: string
}

export const listServers = defineTool<Input>({
  name: 'list_servers',
  title: 'List servers',
  description: 'Lists your servers with status, number of tools and address.',
  inputSchema: objectSchema({
    query: { type: 'string', maxLength: 200 },
    status: { type: 'string', enum: [...SERVER_STATUSES] },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
    cursor: { type: 'string', maxLength: 500, description: 'next_cursor of the answer before.' },
  }),
  scope: 'read',
  annotations: READS,
  async run({ limit = 20, ...filter }, { services, principal }) {
    const { tenantId } = principal
    const key = `list_servers ${tenantId} ${JSON.stringify({ limit, ...filter })}`
    const { page, counts, deployments, waiting, outdated } = await shareRead(services.db, key, () =>
      services.db.as(tenantId, async (sql) => {
        const all = await listDeployments(sql, tenantId)
        const isAnyUp = all.some((deployment) => deployment.status === 'running')
        return {
          page: await list(sql, tenantId, { ...filter, limit }),
          counts: await countToolsByServer(sql, tenantId),
          deployments: all,
          waiting: await listWaiting(sql, principal),
          outdated: isAnyUp ? await listOutdated(sql, tenantId, libraryDigest()) : new Map<ServerId, Outdated>(),
        }
      }),
    )
    const servers = page.servers.map(({ id, name, status, description }) => {
      const up = deployments.filter((deployment) => deployment.serverId === id && deployment.status === 'running')
      const url = (up.find(({ target }) => target === 'local') ?? up[0])?.endpointUrl
      const message = lastWord(id, deployments)
      return {
        name,
        status,
        tools: counts.get(id) ?? 0,
        ...(url && { url }),
        ...outdatedPart(outdated.get(id)),
        description: description.slice(0, 120),
        ...(message && { message }),
      }
    })
    const lines = servers.map(
      ({ name, status, tools, url, message, outdated: isOld }) =>
        `${name}: ${status}, ${tools} tools${url ? `, ${url}` : ''}${isOld ? ', outdated' : ''}${message ? `. ${message}` : ''}`,
    )
    return {
      text: [...(lines.length > 0 ? lines : ['There are no servers.']), ...tellWaiting(waiting)].join('\n'),
      structured: {
        servers,
        ...(page.nextCursor && { next_cursor: page.nextCursor }),
        ...(waiting.length > 0 && { waiting: waiting.map(describeRequest) }),
      },
      next: [nextFor(servers)],
    }
  },
})

/** Where it runs on an older runtime library; `changed`: its definition has changes that were not deployed. */
function outdatedPart(found: Outdated | undefined): { outdated?: Outdated['targets']; changed?: true } {
  if (!found) return {}
  return { outdated: found.targets, ...(found.isChanged && { changed: true as const }) }
}

/** First what has failed; else what there is to use. */
function nextFor(servers: readonly { readonly name: string; readonly status: ServerStatus }[]): NextCall {
  const failed = servers.find(({ status }) => status === 'failed')
  if (failed) return { tool: 'get_server', arguments: { server: failed.name } }
  return servers.length > 0
    ? { tool: 'search_tools', arguments: { query: '…' } }
    : { tool: 'init_server', arguments: { name: 'my-server', description: '…' } }
}
