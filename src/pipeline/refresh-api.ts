import type { Quota } from '../config/load-config.ts'
import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ImportedApi, SourceKind } from '../model/api-importer.ts'
import type { SourceId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { upsertCredentials } from '../registry/credential-store.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { listImportedTools, removeImportedTools, upsertImportedTools } from '../registry/imported-tool-store.ts'
import { bumpRevision, requireServer } from '../registry/server-store.ts'
import { insertSource, listSources, loadSourceText, removeSources } from '../registry/source-store.ts'
import { listTools, moveTools, removeTools, replaceTool, toolNames } from '../registry/tool-store.ts'
import { importApi, refuseTaken, usedCredentials } from './import-api.ts'
import { toTool } from './import-tool.ts'
import type { DescriptionSource, DescriptionText } from './read-description.ts'
import { addTools } from './quota.ts'
import { planRefresh, type RefreshPlan } from './refresh-plan.ts'
import { describeBreaks, type RefreshOutcome } from './refresh-report.ts'
import { followedAt, type FollowedDescription, followedTitled, groupSources, storedAddress } from './refresh-source.ts'
import type { OperationSelection } from './select-operations.ts'
import type { Services } from './services.ts'

export interface RefreshRequest {
  readonly serverName: string
  /** Of the server's descriptions, those of this kind are meant. */
  readonly kind: SourceKind
  /** Absent: where it was read the last time. */
  readonly source?: DescriptionSource
  readonly read: (source: DescriptionSource) => Promise<DescriptionText>
  readonly overlay?: string
  readonly baseUrl?: string
  /** Which new operations to add. */
  readonly select?: OperationSelection
  /** Nothing is changed. */
  readonly preview: boolean
  readonly acceptBreaking: boolean
}

/**
 * Reads a server's description again, and brings what is new into the tools made of it. What people changed stays.
 * @throws MetaError BREAKING_CHANGE when callers of a deployed server may be broken and that is not accepted;
 *   SOURCE_UNKNOWN, TOOL_NAME_TAKEN, SERVER_UNKNOWN
 */
export async function refreshApi(
  request: RefreshRequest,
  services: Services,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<RefreshOutcome> {
  const { db } = services
  const { server, followed } = await db.as(tenantId, async (sql) => {
    const found = await requireServer(sql, tenantId, request.serverName)
    const sources = await listSources(sql, tenantId, found.id)
    return { server: found, followed: groupSources(sources.filter(({ kind }) => kind === request.kind)) }
  })
  const source = request.source ?? storedAddress(server, followed)
  const text = await request.read(source)
  const from =
    followedAt(followed, text.origin) ??
    followedTitled(server, followed, (await importApi(text, request.baseUrl, services, tenantId, signal)).title)
  const { description, baseUrl } = await readAsBefore(text, from, request, services, tenantId)
  const api = await importApi(description, baseUrl, services, tenantId, signal)
  const news: News = { api, description, baseUrl, from }
  return db.as(tenantId, async (sql) => {
    // First, because it locks the server.
    if (!request.preview) await bumpRevision(sql, tenantId, server.id)
    const outcome = await readPlan(sql, tenantId, server, news, request.select)
    if (request.preview) return outcome
    if (outcome.isDeployed && outcome.plan.isBreaking && !request.acceptBreaking) throw breaking(server, outcome.plan)
    await applyPlan(sql, services.config.quota, server, news, outcome.plan)
    return outcome
  })
}

/** A description as it was just read. */
interface News {
  readonly api: ImportedApi
  readonly description: DescriptionText
  readonly baseUrl: string | undefined
  readonly from: FollowedDescription
}

/** With the overlay and the base URL of the last import, unless others are given. */
async function readAsBefore(
  text: DescriptionText,
  { sources }: FollowedDescription,
  request: RefreshRequest,
  { db }: Pick<Services, 'db'>,
  tenantId: TenantId,
): Promise<{ description: DescriptionText; baseUrl: string | undefined }> {
  const last = sources.at(-1) ?? sources[0]
  const digest = last.overlayDigest
  const stored = digest === null ? undefined : await db.as(tenantId, (sql) => loadSourceText(sql, tenantId, digest))
  const overlay = request.overlay ?? stored
  return {
    description: { ...text, ...(overlay !== undefined && { overlay }) },
    baseUrl: request.baseUrl ?? last.baseUrl ?? undefined,
  }
}

async function readPlan(
  sql: Sql,
  tenantId: TenantId,
  server: Server,
  { api, from }: News,
  select: OperationSelection | undefined,
): Promise<RefreshOutcome> {
  const plan = planRefresh({
    imported: await listImportedTools(sql, tenantId, server.id, idsOf(from)),
    current: await listTools(sql, tenantId, server.id),
    operations: api.operations,
    ...(select && { select }),
  })
  const deployments = await listDeployments(sql, tenantId, server.id)
  const isDeployed = deployments.some(({ buildId, status }) => buildId !== null && status !== 'deleted')
  return { api, plan, isDeployed }
}

async function applyPlan(
  sql: Sql,
  quota: Quota,
  server: Server,
  { api, description, baseUrl, from }: News,
  { removed, changed, added, imports }: RefreshPlan,
): Promise<void> {
  const { tenantId } = server
  refuseTaken(server, added, await toolNames(sql, tenantId, server.id))
  const source = await insertSource(sql, tenantId, {
    serverId: server.id,
    kind: api.kind,
    origin: description.origin ?? 'inline',
    title: api.title,
    skipped: api.skipped,
    text: description.text,
    ...(description.overlay !== undefined && { overlay: description.overlay }),
    ...(baseUrl !== undefined && { baseUrl }),
  })
  const before = idsOf(from)
  const fresh = added.map(toTool)
  const byName = new Map([...imports, ...fresh].map((tool) => [tool.name, tool]))
  await removeImportedTools(sql, tenantId, server.id, before)
  await upsertImportedTools(sql, tenantId, server.id, source.id, [...byName.values()])
  await moveTools(sql, tenantId, server.id, before, source.id)
  await removeSources(sql, tenantId, before)
  await removeTools(sql, tenantId, server.id, removed)
  for (const { tool } of changed) await replaceTool(sql, tenantId, server, tool.name, tool)
  await addTools(sql, quota, tenantId, server, fresh, source.id)
  await upsertCredentials(sql, tenantId, server.id, usedCredentials(api, [...byName.values()]))
}

function idsOf({ sources }: FollowedDescription): readonly SourceId[] {
  return sources.map(({ id }) => id)
}

function breaking(server: Server, plan: RefreshPlan): MetaError {
  return new MetaError(
    'BREAKING_CHANGE',
    `The description of "${server.name}", which is deployed, has changed so that callers may break: ${describeBreaks(plan)}`,
    'See everything with preview: true. When the callers can take it, pass preview: false and accept_breaking: true.',
  )
}
