import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { JsonSchema, ToolDefinition } from '../model/tool-definition.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { findServerById, requireServer } from '../registry/server-store.ts'
import { listTools } from '../registry/tool-store.ts'
import type { Services } from './services.ts'

export interface LiveTool {
  readonly server: string
  readonly tool: string
  readonly effect: ToolDefinition['effect']
  readonly description: string
  /** Of the best few. */
  readonly input_schema?: JsonSchema
}

interface ToolQuery {
  readonly query: string
  readonly server?: string
  readonly limit: number
  /** How many of the best come with their schemas. */
  readonly schemas: number
}

/** Searches the tools of all deployed servers of a tenant, or of one. */
export async function findLiveTools(
  { query, server: wanted, limit, schemas }: ToolQuery,
  { db }: Pick<Services, 'db'>,
  tenantId: TenantId,
): Promise<{ tools: readonly LiveTool[]; total: number; servers: number }> {
  const catalogs = await db.as(tenantId, async (sql) => {
    const live = (await listDeployments(sql, tenantId)).filter(({ status }) => status === 'running')
    const only = wanted === undefined ? undefined : await requireServer(sql, tenantId, wanted)
    const servers: Server[] = []
    for (const id of new Set(live.map(({ serverId }) => serverId))) {
      const server = await findServerById(sql, tenantId, id)
      if (server && (!only || server.id === only.id)) servers.push(server)
    }
    return Promise.all(
      servers.map(async (server) => ({
        server,
        catalog: await loadCatalog(server, () => listTools(sql, tenantId, server.id)),
      })),
    )
  })
  const hits = catalogs.flatMap(({ server, catalog }) =>
    catalog.search(query).map(({ tool, score }) => ({ server: server.name, tool, score })),
  )
  const best = hits.toSorted((left, right) => right.score - left.score).slice(0, limit)
  return {
    tools: best.map(({ server, tool }, rank) => ({
      server,
      tool: tool.name,
      effect: tool.effect,
      description: tool.description.split('\n', 1)[0]?.slice(0, 160) ?? '',
      ...(rank < schemas && { input_schema: tool.inputSchema }),
    })),
    total: catalogs.reduce((sum, { catalog }) => sum + catalog.size, 0),
    servers: catalogs.length,
  }
}

interface Catalog {
  readonly revision: number
  readonly size: number
  search(query: string): readonly { readonly tool: ToolDefinition; readonly score: number }[]
}

const catalogs = new Map<ServerId, Catalog>()
const KEPT = 20
const TOOLS_PER_TURN = 25

/** The index of a server's tools is made once a revision; the least recently used ones are forgotten. */
async function loadCatalog(server: Server, load: () => Promise<readonly ToolDefinition[]>): Promise<Catalog> {
  const known = catalogs.get(server.id)
  catalogs.delete(server.id)
  const catalog = known?.revision === server.revision ? known : await makeCatalog(server.revision, await load())
  catalogs.set(server.id, catalog)
  const [oldest] = catalogs.keys()
  if (catalogs.size > KEPT && oldest !== undefined) catalogs.delete(oldest)
  return catalog
}

async function makeCatalog(revision: number, tools: readonly ToolDefinition[]): Promise<Catalog> {
  const { addToolsToIndex, createToolIndex } = await import('../../runtime/library/server/tool-index.ts')
  const index = createToolIndex([])
  // A thousand tools at once would hold the event loop for 100 ms.
  for (let from = 0; from < tools.length; from += TOOLS_PER_TURN) {
    addToolsToIndex(index, tools.slice(from, from + TOOLS_PER_TURN).map(toDocument))
    await nextTurn()
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return {
    revision,
    size: tools.length,
    search: (query) =>
      index.search(query).flatMap(({ id, score }) => {
        const tool = byName.get(String(id))
        return tool ? [{ tool, score }] : []
      }),
  }
}

function toDocument({ name, description, group, handler }: ToolDefinition) {
  return { name, description, group, path: handler.kind === 'operation' ? handler.call.path : undefined }
}
