import type { Quota } from '../config/load-config.ts'
import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { SourceId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import {
  countAllTools,
  countServers,
  countStoredBytes,
  insertBuildStart,
  listBuildStarts,
  lockQuota,
} from '../registry/quota-store.ts'
import { insertServer, type NewServer } from '../registry/server-store.ts'
import { insertTools } from '../registry/tool-store.ts'
import type { Services } from './services.ts'

/**
 * What an agent that nobody watches may use up.
 * @throws MetaError LIMIT_EXCEEDED, naming what is used, what is allowed, and who can raise it
 */
export async function addServer(sql: Sql, quota: Quota, tenantId: TenantId, server: NewServer): Promise<Server> {
  await refuseMoreServers(sql, quota, tenantId)
  return insertServer(sql, tenantId, server)
}

/** @throws MetaError LIMIT_EXCEEDED when there is no place for one more server */
export async function refuseMoreServers(sql: Sql, { servers: most }: Quota, tenantId: TenantId): Promise<void> {
  await lockQuota(sql, tenantId)
  const servers = await countServers(sql, tenantId)
  if (servers < most) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `There are ${servers} servers, and ${most} are allowed.`,
    'Archive some that are not used, or let a person raise MCPWRIGHT_MAX_SERVERS.',
    { next: { tool: 'cleanup_servers', arguments: {} } },
  )
}

/**
 * Adds tools to a server.
 * @param sourceId  the description they were imported from
 * @throws MetaError LIMIT_EXCEEDED, TOOL_NAME_TAKEN
 */
export async function addTools(
  sql: Sql,
  { tools: most }: Quota,
  tenantId: TenantId,
  server: Server,
  tools: readonly ToolDefinition[],
  sourceId?: SourceId,
): Promise<void> {
  await lockQuota(sql, tenantId)
  const count = (await countAllTools(sql, tenantId)) + tools.length
  if (tools.length > 0 && count > most) {
    throw new MetaError(
      'LIMIT_EXCEEDED',
      `With these there would be ${count} tools in all servers, and ${most} are allowed.`,
      'Add fewer, archive servers that are not used, or let a person raise MCPWRIGHT_MAX_TOOLS.',
      { next: { tool: 'cleanup_servers', arguments: {} } },
    )
  }
  await insertTools(sql, tenantId, server, tools, sourceId)
}

/** @throws MetaError LIMIT_EXCEEDED when as many jobs wait or run as may */
export async function refuseMoreJobs(
  sql: Sql,
  { queue, config }: Pick<Services, 'queue' | 'config'>,
  tenantId: TenantId,
): Promise<void> {
  await lockQuota(sql, tenantId)
  const { jobs: most } = config.quota
  const jobs = await queue.countPending(tenantId, sql)
  if (jobs < most) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `${jobs} jobs wait or run, and ${most} are allowed.`,
    'Wait until some are done, or let a person raise MCPWRIGHT_MAX_JOBS.',
    { next: { tool: 'list_servers', arguments: {} } },
  )
}

const HOUR_MS = 60 * 60_000

/** Counts a build. @throws MetaError LIMIT_EXCEEDED, also when there is no room for what it would make */
export async function takeBuild(sql: Sql, quota: Quota, tenantId: TenantId, now: Date): Promise<void> {
  await lockQuota(sql, tenantId)
  const starts = await listBuildStarts(sql, tenantId, new Date(now.getTime() - HOUR_MS))
  const [oldest] = starts
  if (oldest && starts.length >= quota.buildsPerHour) {
    const minutes = Math.ceil((oldest.getTime() + HOUR_MS - now.getTime()) / 60_000)
    throw new MetaError(
      'LIMIT_EXCEEDED',
      `There were ${starts.length} builds in the last hour, and ${quota.buildsPerHour} are allowed.`,
      `Go on in ${minutes} minutes, or let a person raise MCPWRIGHT_MAX_BUILDS_PER_HOUR. test_tool works meanwhile.`,
    )
  }
  await refuseMoreBytes(sql, quota, tenantId)
  await insertBuildStart(sql, tenantId, now)
}

/** @throws MetaError LIMIT_EXCEEDED when what is kept has reached the limit */
export async function refuseMoreBytes(sql: Sql, { storedGb: most }: Quota, tenantId: TenantId): Promise<void> {
  const gigabytes = (await countStoredBytes(sql, tenantId)) / 1e9
  if (gigabytes < most) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `Servers, versions and descriptions take ${gigabytes.toFixed(2)} GB, and ${most} are allowed.`,
    'Archive what is not used (it goes after 30 days), or let a person raise MCPWRIGHT_MAX_GB.',
    { next: { tool: 'cleanup_servers', arguments: {} } },
  )
}
