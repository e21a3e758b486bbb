import { shareRead } from '../db/share-read.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { TenantId } from '../model/ids.ts'
import type { Effect } from '../model/tool-definition.ts'
import { findToolEffect } from '../registry/build-store.ts'
import { findDeployment } from '../registry/deployment-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { findTool, toolNames } from '../registry/tool-store.ts'
import { notDeployed } from './queue-work.ts'
import type { Services } from './services.ts'
import { unknownTool } from './unknown-tool.ts'

interface ToolCallRequest {
  readonly server: string
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** Refuses tools that change something. */
  readonly onlyReading: boolean
  /** Called when all is found and before the call is made; it throws where the person has not agreed. */
  readonly beforeCall?: (effect: Effect) => Promise<void>
}

/**
 * Calls a tool of a server that is up here, and gives its result as it is.
 * @throws MetaError SERVER_UNKNOWN, SERVER_NOT_RUNNING, TOOL_UNKNOWN, FORBIDDEN
 */
export async function callLiveTool(
  request: ToolCallRequest,
  services: Pick<Services, 'db' | 'reachServer'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { server: serverName, tool: name } = request
  const key = `live tool ${tenantId} ${JSON.stringify([serverName, name])}`
  const found = await shareRead(services.db, key, () => findLiveTool(serverName, name, services, tenantId))
  const { deployment, draft, live, names } = found
  const running = deployment?.status === 'running' ? services.reachServer(deployment) : undefined
  if (!running) throw deployment?.status === 'stopped' ? stopped(serverName) : notDeployed(serverName, 'local')
  // The version that runs may have what the draft has no more, and the other way round.
  const effect = live === undefined ? draft?.effect : (live ?? undefined)
  if (effect === undefined) throw draft ? notLiveYet(serverName, name) : unknownTool(serverName, name, names)
  if (request.onlyReading && live === undefined) throw effectUnknown(serverName, request)
  if (request.onlyReading && effect !== 'read') {
    throw new MetaError('FORBIDDEN', `"${name}" does not only read: its effect is "${effect}".`, 'Use call_tool.', {
      next: { tool: 'call_tool', arguments: { server: serverName, tool: name, arguments: request.arguments } },
    })
  }
  await request.beforeCall?.(effect)
  const result = await running.request('tools/call', { name, arguments: request.arguments }, { signal })
  // The server's answer to tools/call is a CallToolResult; the envelope's own fields stay behind.
  const { resultType: _resultType, ...passThrough } = result as Record<string, unknown>
  return passThrough
}

/** The tool in the version that runs, and in the draft. */
async function findLiveTool(serverName: string, name: string, { db }: Pick<Services, 'db'>, tenantId: TenantId) {
  return db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    const up = await findDeployment(sql, tenantId, server.id, 'local')
    const drafted = await findTool(sql, tenantId, server.id, name)
    return {
      deployment: up,
      draft: drafted,
      live: up?.buildId ? await findToolEffect(sql, tenantId, up.buildId, name) : undefined,
      names: drafted ? [] : await toolNames(sql, tenantId, server.id),
    }
  })
}

/** A version from before effects were kept with it: what its tools do, the draft may say no longer. */
function effectUnknown(server: string, { tool, arguments: given }: ToolCallRequest): MetaError {
  return new MetaError(
    'FORBIDDEN',
    `Whether "${tool}" only reads is not known of the version of "${server}" that runs: it is an old one.`,
    'Deploy the server again, or use call_tool.',
    { next: { tool: 'call_tool', arguments: { server, tool, arguments: given } } },
  )
}

function stopped(server: string): MetaError {
  return new MetaError('SERVER_NOT_RUNNING', `Server "${server}" is stopped.`, 'Start it first.', {
    next: { tool: 'start_server', arguments: { server } },
  })
}

function notLiveYet(server: string, tool: string): MetaError {
  return new MetaError(
    'TOOL_UNKNOWN',
    `"${tool}" is in the draft of "${server}", but not in the version that runs.`,
    'Deploy the server first.',
    { next: { tool: 'deploy', arguments: { server } } },
  )
}
