import type { Quota } from '../../config/load-config.ts'
import type { Sql } from '../../db/db.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { Connection, PinnedTool } from '../../model/connection.ts'
import type { Server } from '../../model/server.ts'
import type { ToolDefinition } from '../../model/tool-definition.ts'
import { pinTools, unpinTools } from '../../registry/connection-tool-store.ts'
import { bumpRevision, updateServer } from '../../registry/server-store.ts'
import { listTools, replaceTool } from '../../registry/tool-store.ts'
import { defaultExposure } from '../import-api.ts'
import { addTools } from '../quota.ts'
import { chooseName, toExternalTool } from './external-tool.ts'

export interface OfferedTools {
  /** Names in our server, by the upstream's. */
  readonly added: Readonly<Record<string, string>>
  /** Tools that the server had already and that are described anew, by the upstream's name. */
  readonly renewed: Readonly<Record<string, string>>
  /** What cannot be offered, and why. */
  readonly skipped: readonly { readonly tool: string; readonly reason: string }[]
}

/**
 * Pins tools of a connection as they were shown to who allows them, and puts them into the draft; a tool that has
 * changed since then is skipped.
 */
export async function offerTools(
  sql: Sql,
  quota: Quota,
  server: Server,
  connection: Connection,
  shown: readonly { readonly tool: string; readonly digest: string }[],
): Promise<OfferedTools> {
  const { tenantId } = server
  const place = { tenantId, serverId: server.id, connection: connection.name }
  const pinned = await pinTools(sql, place, shown)
  const existing = await listTools(sql, tenantId, server.id)
  const { tools, skipped } = toTools(pinned, connection, existing)
  await unpinTools(
    sql,
    place,
    skipped.map(({ tool }) => tool),
  )
  const known = new Set(existing.map(({ name }) => name))
  const [renewed, added] = [tools.filter(({ name }) => known.has(name)), tools.filter(({ name }) => !known.has(name))]
  for (const tool of renewed) await replaceTool(sql, tenantId, server, tool.name, tool)
  await addTools(sql, quota, tenantId, server, added)
  if (tools.length > 0) {
    const exposure = defaultExposure(added, existing.length + added.length, server.exposure)
    await updateServer(sql, tenantId, server.id, { exposure })
    await bumpRevision(sql, tenantId, server.id)
  }
  const isPinned = new Set(pinned.map(({ definition }) => definition.name))
  const changed = shown
    .filter(({ tool }) => !isPinned.has(tool))
    .map(({ tool }) => ({ tool, reason: 'it has changed since it was shown' }))
  return { added: namesOf(added), renewed: namesOf(renewed), skipped: [...skipped, ...changed] }
}

/** A tool keeps the name that it has in the draft. */
function toTools(pinned: readonly PinnedTool[], connection: Connection, existing: readonly ToolDefinition[]) {
  const taken = new Set(existing.map(({ name }) => name))
  const tools: ToolDefinition[] = []
  const skipped: { tool: string; reason: string }[] = []
  for (const each of pinned) {
    const tool = each.definition.name
    const name = nameInDraft(tool, connection, existing) ?? chooseName(connection.name, tool, taken)
    try {
      tools.push(toExternalTool(each, connection.name, name))
      taken.add(name)
    } catch (error) {
      if (!(error instanceof MetaError)) throw error
      skipped.push({ tool, reason: error.message })
    }
  }
  return { tools, skipped }
}

function nameInDraft(tool: string, { name }: Connection, existing: readonly ToolDefinition[]): string | undefined {
  return existing.find(
    ({ handler }) => handler.kind === 'external' && handler.connection === name && handler.tool === tool,
  )?.name
}

function namesOf(tools: readonly ToolDefinition[]): Record<string, string> {
  return Object.fromEntries(
    tools.flatMap(({ name, handler }) => (handler.kind === 'external' ? [[handler.tool, name]] : [])),
  )
}
