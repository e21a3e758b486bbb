import { setImmediate as nextTurn } from 'node:timers/promises'
import { shareRead } from '../db/share-read.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { JsonSchema, ToolDefinition } from '../model/tool-definition.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { findServerById, requireServer } from '../registry/server-store.ts'
import { findTool, listToolSummaries, type ToolSummary } from '../registry/tool-store.ts'
import type { Services } from './services.ts'
import { tokensOf } from './token-cost.ts'

export interface LiveTool {
  readonly server: string
  readonly tool: string
  readonly effect: ToolDefinition['effect']
  readonly description: string
  /** Of the best few. */
  readonly input_schema?: JsonSchema
  /** In the place of a schema that is too large: what has to be given; get_server with format "detailed" shows all. */
  readonly required?: readonly string[]
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
  const key = `live tools ${tenantId} ${wanted ?? ''}`
  const catalogs = await shareRead(db, key, () => loadCatalogs(wanted, db, tenantId))
  const hits = catalogs.flatMap(({ server, catalog }) =>
    catalog.search(query, limit).map(({ tool, score }) => ({ server, tool, score })),
  )
  const best = hits.toSorted((left, right) => right.score - left.score).slice(0, limit)
  const inputs = await shareRead(db, `${key} ${schemas} ${JSON.stringify(query)}`, () =>
    db.as(tenantId, async (sql) => {
      const found: (ToolDefinition | undefined)[] = []
      for (const { server, tool } of best.slice(0, schemas)) {
        found.push(await findTool(sql, tenantId, server.id, tool.name))
      }
      return found
    }),
  )
  return {
    tools: best.map(({ server, tool }, rank) => ({
      server: server.name,
      tool: tool.name,
      effect: tool.effect,
      description: tool.description.split('\n', 1)[0]?.slice(0, 160) ?? '',
      ...describeInput(inputs[rank]),
    })),
    total: catalogs.reduce((sum, { catalog }) => sum + catalog.size, 0),
    servers: catalogs.length,
  }
}

async function loadCatalogs(wanted: string | undefined, db: Services['db'], tenantId: TenantId) {
  return db.as(tenantId, async (sql) => {
    const live = (await listDeployments(sql, tenantId)).filter(
      // Those that this chat can call.
      ({ status, target }) => status === 'running' && target === 'local',
    )
    const only = wanted === undefined ? undefined : await requireServer(sql, tenantId, wanted)
    const servers: Server[] = []
    for (const id of new Set(live.map(({ serverId }) => serverId))) {
      const server = await findServerById(sql, tenantId, id)
      if (server && (!only || server.id === only.id)) servers.push(server)
    }
    const loaded: { server: Server; catalog: Catalog }[] = []
    for (const server of servers) {
      loaded.push({ server, catalog: await loadCatalog(server, () => listToolSummaries(sql, tenantId, server.id)) })
    }
    return loaded
  })
}

/** Half a dozen large schemas would push the tools themselves out of the answer. */
const LARGEST_SCHEMA_TOKENS = 1_200

function describeInput(tool: ToolDefinition | undefined): Pick<LiveTool, 'input_schema' | 'required'> {
  if (!tool) return {}
  const { inputSchema } = tool
  if (tokensOf(inputSchema) <= LARGEST_SCHEMA_TOKENS) return { input_schema: inputSchema }
  const { required } = inputSchema
  return { required: Array.isArray(required) ? required.map(String) : [] }
}

interface Catalog {
  readonly revision: number
  readonly size: number
  /** The best first. */
  search(query: string, limit: number): readonly { readonly tool: ToolSummary; readonly score: number }[]
}

const catalogs = new Map<ServerId, Catalog>()
const KEPT = 20
const TOOLS_PER_TURN = 25

/** The index of a server's tools is made once a revision; the least recently used ones are forgotten. */
async function loadCatalog(server: Server, load: () => Promise<readonly ToolSummary[]>): Promise<Catalog> {
  const known = catalogs.get(server.id)
  catalogs.delete(server.id)
  const catalog = known?.revision === server.revision ? known : await makeCatalog(server.revision, await load())
  catalogs.set(server.id, catalog)
  const [oldest] = catalogs.keys()
  if (catalogs.size > KEPT && oldest !== undefined) catalogs.delete(oldest)
  return catalog
}

async function makeCatalog(revision: number, tools: readonly ToolSummary[]): Promise<Catalog> {
  const { createToolIndex } = await import('../../runtime/library/server/tool-index.ts')
  const index = createToolIndex([])
  // A thousand tools at once would hold the event loop for 100 ms.
  for (let from = 0; from < tools.length; from += TOOLS_PER_TURN) {
    index.add(tools.slice(from, from + TOOLS_PER_TURN))
    await nextTurn()
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return {
    revision,
    size: tools.length,
    search: (query, limit) =>
      index
        .search(query)
        .slice(0, limit)
        .flatMap(({ id, score }) => {
          const tool = byName.get(id)
          return tool ? [{ tool, score }] : []
        }),
  }
}
