import { isDeepStrictEqual } from 'node:util'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ApiOperation, ImportedApi } from '../model/api-importer.ts'
import type { TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { Exposure } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { digestOfText } from '../registry/compressed-text.ts'
import { upsertCredentials } from '../registry/credential-store.ts'
import { bumpRevision, requireServer, updateServer } from '../registry/server-store.ts'
import { upsertImportedTools } from '../registry/imported-tool-store.ts'
import { insertSource } from '../registry/source-store.ts'
import { countTools, listTools } from '../registry/tool-store.ts'
import { toTool } from './import-tool.ts'
import { type DescriptionText, referenceLoader } from './read-description.ts'
import { type OperationSelection, selectOperations } from './select-operations.ts'
import { addTools, refuseMoreBytes } from './quota.ts'
import { shareRun, type SharedRun } from './shared-run.ts'
import type { Services } from './services.ts'
import { tokensOf } from './token-cost.ts'

const recent = new Map<string, SharedRun<ImportedApi>>()
const KEPT = 2
/** A large one takes 50 MB. */
const KEPT_MS = 10 * 60_000

/**
 * Reads a description into operations, in a worker process. The last ones are kept for a while, because a preview is
 * followed by the import of the same text. Calls for the same text share one run, which ends when all have given it up.
 */
export async function importApi(
  description: DescriptionText,
  baseUrl: string | undefined,
  services: Pick<Services, 'workshop' | 'egress'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<ImportedApi> {
  const { text, origin, overlay } = description
  const key = JSON.stringify([tenantId, await digestOfText(text), baseUrl, origin, overlay])
  const known = recent.get(key)
  if (known && !known.isGivenUp()) return known.join(signal)
  const input = { ...description, ...(baseUrl !== undefined && { baseUrl }) }
  const run = shareRun((own) => {
    const loadReference = referenceLoader(origin, services, own)
    return services.workshop.run('import-api', input, { tenantId, loadReference, signal: own })
  })
  keepForAWhile(key, run)
  return run.join(signal)
}

function keepForAWhile(key: string, run: SharedRun<ImportedApi>): void {
  recent.delete(key)
  recent.set(key, run)
  const forget = (): void => void (recent.get(key) === run && recent.delete(key))
  setTimeout(forget, KEPT_MS).unref()
  run.result.catch(forget)
  const [oldest] = recent.keys()
  if (recent.size > KEPT && oldest !== undefined) recent.delete(oldest)
}

/** What was imported in full is not asked for again soon. */
function forgetImported(api: ImportedApi): void {
  for (const [key, { result }] of recent) result.then((known) => known === api && recent.delete(key)).catch(() => {})
}

export interface ImportRequest {
  readonly serverName: string
  readonly description: DescriptionText
  /** What it was read with. */
  readonly baseUrl?: string
  readonly select?: OperationSelection
  readonly expose?: Exposure
}

export interface ImportOutcome {
  readonly server: Server
  readonly added: readonly string[]
  /** How many of the chosen operations it had before. */
  readonly kept: number
  /** Operations of the description that were not chosen. */
  readonly leftOut: number
  readonly exposure: Exposure
}

/**
 * Adds the chosen operations to a server, all or none. Those that it has already stay as they are.
 * @throws MetaError NOTHING_SELECTED, TOOL_NAME_TAKEN, SERVER_UNKNOWN, LIMIT_EXCEEDED
 */
export async function addOperations(
  api: ImportedApi,
  { serverName, description, baseUrl, select, expose }: ImportRequest,
  { db, config }: Pick<Services, 'db' | 'config'>,
  tenantId: TenantId,
): Promise<ImportOutcome> {
  const chosen = selectOperations(api.operations, select)
  if (chosen.length === 0) throw nothingSelected(api, select)
  if (chosen.length === api.operations.length) forgetImported(api)
  return db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    await refuseMoreBytes(sql, config.quota, tenantId)
    const fresh = notThereYet(server, chosen, await listTools(sql, tenantId, server.id))
    const origin = description.origin ?? 'inline'
    const source = await insertSource(sql, tenantId, {
      serverId: server.id,
      kind: api.kind,
      origin,
      title: api.title,
      skipped: api.skipped,
      text: description.text,
      ...(description.overlay !== undefined && { overlay: description.overlay }),
      ...(baseUrl !== undefined && { baseUrl }),
    })
    const tools = fresh.map(toTool)
    await addTools(sql, config.quota, tenantId, server, tools, source.id)
    await upsertImportedTools(sql, tenantId, server.id, source.id, tools)
    await upsertCredentials(sql, tenantId, server.id, usedCredentials(api, tools))
    const exposure = expose ?? defaultExposure(fresh, await countTools(sql, tenantId, server.id), server.exposure)
    await updateServer(sql, tenantId, server.id, { exposure })
    await bumpRevision(sql, tenantId, server.id)
    const added = fresh.map(({ name }) => name)
    const leftOut = api.operations.length - chosen.length
    return { server, added, kept: chosen.length - added.length, leftOut, exposure }
  })
}

/** One by one up to some 40 operations and 10,000 tokens, else through search. */
export function defaultExposure(
  operations: readonly ListedTool[],
  tools: number,
  current: Exposure = 'tools',
): Exposure {
  if (current === 'search') return 'search'
  const { operations: mostTools, tokens } = defaults.exposure
  return tools > mostTools || toolTokens(operations) > tokens ? 'search' : 'tools'
}

type ListedTool = Pick<ToolDefinition, 'name' | 'description' | 'inputSchema' | 'outputSchema'>

/** What a model reads when these operations are listed one by one. */
export function toolTokens(operations: readonly ListedTool[]): number {
  return operations.reduce(
    (sum, { name, description, inputSchema, outputSchema }) =>
      sum + tokensOf({ name, description, inputSchema, outputSchema }),
    0,
  )
}

/** The credentials that these tools may send. */
export function usedCredentials(api: ImportedApi, tools: readonly ToolDefinition[]): ImportedApi['credentials'] {
  const calls = tools.flatMap(({ handler }) => (handler.kind === 'operation' ? [handler.call] : []))
  const used = new Set(calls.flatMap(({ security }) => security.flat()))
  return api.credentials.filter(({ name }) => used.has(name))
}

/** @throws MetaError NOTHING_SELECTED when the server has all of them; TOOL_NAME_TAKEN */
function notThereYet(
  server: Server,
  chosen: readonly ApiOperation[],
  existing: readonly ToolDefinition[],
): readonly ApiOperation[] {
  const handlers = new Map(existing.map(({ name, handler }) => [name, handler]))
  const fresh = chosen.filter((operation) => !isSameCall(handlers.get(operation.name), operation))
  refuseTaken(server, fresh, [...handlers.keys()])
  if (fresh.length > 0) return fresh
  throw new MetaError(
    'NOTHING_SELECTED',
    `Server "${server.name}" has all of these ${chosen.length} tools already.`,
    'Select others; refresh: true takes over what has changed in the description.',
    { next: { tool: 'deploy', arguments: { server: server.name } } },
  )
}

/** Names and descriptions may have been edited since. */
function isSameCall(handler: ToolDefinition['handler'] | undefined, { call }: ApiOperation): boolean {
  // As it comes back from the database: without members that are undefined.
  return handler?.kind === 'operation' && isDeepStrictEqual(handler.call, JSON.parse(JSON.stringify(call)))
}

/** @throws MetaError TOOL_NAME_TAKEN */
export function refuseTaken(server: Server, chosen: readonly ApiOperation[], existing: readonly string[]): void {
  const names = new Set(existing)
  const taken = chosen.filter(({ name }) => names.has(name)).map(({ name }) => name)
  if (taken.length === 0) return
  throw new MetaError(
    'TOOL_NAME_TAKEN',
    `Server "${server.name}" already has ${taken.length} of these tools: ${taken.slice(0, 5).join(', ')}${taken.length > 5 ? ', …' : ''}.`,
    'Select other operations, or remove the old tools first with remove_item.',
  )
}

function nothingSelected(api: ImportedApi, select: OperationSelection | undefined): MetaError {
  const groups = [...new Set(api.operations.map(({ group }) => group ?? 'other'))].slice(0, 12).join(', ')
  const why =
    select === undefined ? 'none of its operations only reads' : `nothing of it matches ${JSON.stringify(select)}`
  return new MetaError(
    'NOTHING_SELECTED',
    `"${api.title}" has ${api.operations.length} operations, but ${why}.`,
    `Select by tag, operation, method or path. Its tags are: ${groups}.`,
  )
}
