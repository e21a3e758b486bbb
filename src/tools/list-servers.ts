import { defaults } from '../config/defaults.ts'
import type { Sql } from '../db/db.ts'
import { shareRead } from '../db/share-read.ts'
import type { NextCall } from '../errors/meta-error.ts'
import type { TenantId } from '../model/ids.ts'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import { SERVER_STATUSES, type ServerStatus } from '../model/server.ts'
import { listWaiting } from '../pipeline/inbox/answer-inbox.ts'
import { tellWaiting } from '../pipeline/morning-report.ts'
import { tokensOf } from '../pipeline/token-cost.ts'
import { libraryDigest } from '../pipeline/workshop/package-sources.ts'
import { listDeployments, listOutdated } from '../registry/deployment-store.ts'
import { listServers as list } from '../registry/server-store.ts'
import { countToolsByServer } from '../registry/tool-store.ts'
import { type ListedServer, lineOf, type ServerSurroundings, toListed } from '../pipeline/listed-server.ts'
import { answerSchema, arrayOf, boolean, integer, object, string, strings } from './answer-schema.ts'
import { defineTool, objectSchema, READS } from './meta-tool.ts'

interface Input {
  readonly query?: string
  readonly status?: ServerStatus
  readonly limit?: number
  readonly cursor?: string
}

export const listServers = defineTool({
  name: 'list_servers',
  title: 'List servers',
  description: 'Lists your servers, and what waits for the person.',
  inputSchema: objectSchema({
    query: { type: 'string', maxLength: 200 },
    status: { type: 'string', enum: [...SERVER_STATUSES] },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
    cursor: { type: 'string', maxLength: 500 },
  }),
  outputSchema: answerSchema(
    ['servers', 'next_cursor'],
    {
      servers: arrayOf(
        { name: string, status: string, tools: integer, description: string },
        { url: string, also: object, outdated: strings, not_in_force: object, changed: boolean, message: string },
      ),
    },
    { next_cursor: string, waiting: strings },
  ),
  scope: 'read',
  annotations: READS,
  async run({ limit, ...filter }: Input, { services, principal }) {
    const { tenantId } = principal
    const key = `list_servers ${tenantId} ${JSON.stringify({ limit, ...filter })}`
    const { servers, nextCursor, waiting } = await shareRead(services.db, key, () =>
      services.db.as(tenantId, async (sql) => {
        const around = await readSurroundings(sql, tenantId)
        const read = async (most: number) => {
          const page = await list(sql, tenantId, { ...filter, limit: most })
          return { ...page, servers: page.servers.map((server) => toListed(server, around)) }
        }
        const room = limit === undefined ? defaults.limits.answerTokens : defaults.limits.answerTokensMax
        return { ...(await readFitting(read, limit ?? 20, room * 0.9)), waiting: await listWaiting(sql, principal) }
      }),
    )
    const lines = servers.map(lineOf)
    return {
      text: [...(lines.length > 0 ? lines : [describeNone(filter)]), ...tellWaiting(waiting)].join('\n'),
      structured: {
        servers,
        ...(nextCursor && { next_cursor: nextCursor }),
        ...(waiting.length > 0 && { waiting: waiting.map(describeRequest) }),
      },
      told: ['waiting'],
      next: [nextFor(servers, filter)],
    }
  },
})

async function readSurroundings(sql: Sql, tenantId: TenantId): Promise<ServerSurroundings> {
  const deployments = await listDeployments(sql, tenantId)
  const isAnyUp = deployments.some(({ status }) => status === 'running')
  return {
    counts: await countToolsByServer(sql, tenantId),
    deployments,
    outdated: isAnyUp ? await listOutdated(sql, tenantId, libraryDigest()) : new Map(),
  }
}

interface Page {
  readonly servers: readonly ListedServer[]
  readonly nextCursor?: string
}

/** As many as an answer has room for, in tokens; the cursor goes on with those after. */
async function readFitting(read: (most: number) => Promise<Page>, most: number, room: number): Promise<Page> {
  const page = await read(most)
  let used = 0
  const tooMany = page.servers.findIndex((each) => (used += tokensOf(each) + tokensOf(lineOf(each))) > room)
  return tooMany === -1 ? page : read(Math.max(1, tooMany))
}

/** That nothing was found is not that there is nothing. */
function describeNone({ query, status }: Input): string {
  if (query !== undefined)
    return `No server${status === undefined ? '' : ` with status "${status}"`} has "${query}" in its name or description.`
  return status === undefined ? 'There are no servers.' : `There are no servers with status "${status}".`
}

/** First what has failed; else what there is to use, to go on with, or to bring back. */
function nextFor(
  servers: readonly { readonly name: string; readonly status: ServerStatus }[],
  { query, status }: Input,
): NextCall {
  const failed = servers.find((each) => each.status === 'failed')
  if (failed) return { tool: 'get_server', arguments: { server: failed.name } }
  if (servers.some((each) => each.status === 'running')) return { tool: 'search_tools', arguments: { query: '…' } }
  const [first] = servers
  // Which of them is wanted again, no model can know.
  if (first?.status === 'archived') return { tool: 'delete_server', arguments: { server: '…', restore: true } }
  if (first) return { tool: 'get_server', arguments: { server: first.name } }
  return query !== undefined || status !== undefined
    ? { tool: 'list_servers', arguments: {} }
    : { tool: 'init_server', arguments: { name: 'my-server', description: '…' } }
}
