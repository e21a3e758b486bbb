import type { Sql } from '../db/db.ts'
import { timeAfter } from '../db/time-after.ts'
import type { ServerId, SourceId, TenantId } from '../model/ids.ts'
import type { Source } from '../model/source.ts'
import type { SkippedPart } from '../model/tool-definition.ts'
import { compressText, decompressText, digestOfText } from './compressed-text.ts'

interface SourceRow {
  id: SourceId
  tenant_id: TenantId
  server_id: ServerId
  kind: Source['kind']
  origin: string
  title: string
  digest: string
  skipped: readonly SkippedPart[]
  base_url: string | null
  overlay_digest: string | null
  created_at: Date
}

function toSource(row: SourceRow): Source {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    serverId: row.server_id,
    kind: row.kind,
    origin: row.origin,
    title: row.title,
    digest: row.digest,
    skipped: row.skipped,
    baseUrl: row.base_url,
    overlayDigest: row.overlay_digest,
    createdAt: row.created_at,
  }
}

export type NewSource = Pick<Source, 'serverId' | 'kind' | 'origin' | 'title' | 'skipped'> & {
  readonly text: string
  readonly baseUrl?: string
  readonly overlay?: string
}

/** Keeps an imported description; a text that the tenant has already is not stored again. */
export async function insertSource(sql: Sql, tenantId: TenantId, source: NewSource): Promise<Source> {
  const digest = await insertSourceText(sql, tenantId, source.text)
  const overlayDigest = source.overlay === undefined ? null : await insertSourceText(sql, tenantId, source.overlay)
  const [row] = await sql.query<SourceRow>(
    `INSERT INTO sources (tenant_id, server_id, kind, origin, title, digest, skipped, base_url, overlay_digest,
       created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${timeAfter('sources', 'created_at')})
     RETURNING *`,
    [
      tenantId,
      source.serverId,
      source.kind,
      source.origin,
      source.title,
      digest,
      JSON.stringify(source.skipped),
      source.baseUrl ?? null,
      overlayDigest,
    ],
  )
  if (!row) throw new Error('INSERT gave no row.')
  return toSource(row)
}

/** Keeps a text once per tenant. @returns its digest */
export async function insertSourceText(sql: Sql, tenantId: TenantId, text: string): Promise<string> {
  const digest = await digestOfText(text)
  // Locked, so that it is not removed as unused before somebody refers to it.
  const known = await sql.query('SELECT 1 FROM source_texts WHERE tenant_id = $1 AND digest = $2 FOR KEY SHARE', [
    tenantId,
    digest,
  ])
  if (known.length > 0) return digest
  await sql.query('INSERT INTO source_texts (tenant_id, digest, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    tenantId,
    digest,
    await compressText(text),
  ])
  return digest
}

/**
 * Removes the texts of all tenants that no description refers to any more: of servers that are gone, of descriptions
 * that were read anew, and of dropped ones that nobody took. What somebody is about to refer to stays.
 * @returns how many there were
 */
export async function removeUnusedTexts(sql: Sql): Promise<number> {
  const rows = await sql.query(
    `DELETE FROM source_texts USING (
       SELECT tenant_id, digest FROM source_texts text
       WHERE NOT EXISTS (
         SELECT 1 FROM sources
         WHERE sources.tenant_id = text.tenant_id AND text.digest IN (sources.digest, sources.overlay_digest)
       ) AND NOT EXISTS (
         SELECT 1 FROM dropped_descriptions dropped
         WHERE dropped.tenant_id = text.tenant_id AND dropped.digest = text.digest
       )
       FOR UPDATE SKIP LOCKED
     ) AS unused
     WHERE source_texts.tenant_id = unused.tenant_id AND source_texts.digest = unused.digest
     RETURNING source_texts.digest`,
  )
  return rows.length
}

/** The description as it was read. */
export async function loadSourceText(sql: Sql, tenantId: TenantId, digest: string): Promise<string | undefined> {
  const [row] = await sql.query<{ content: Uint8Array }>(
    'SELECT content FROM source_texts WHERE tenant_id = $1 AND digest = $2',
    [tenantId, digest],
  )
  return row && decompressText(row.content)
}

/** The description that a tool was imported from, as it was read. */
export async function loadToolSource(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  tool: string,
): Promise<{ readonly text: string; readonly overlay?: string } | undefined> {
  const [row] = await sql.query<{ digest: string; overlay_digest: string | null }>(
    `SELECT source.digest, source.overlay_digest FROM tools tool
     JOIN sources source ON source.tenant_id = tool.tenant_id AND source.id = tool.source_id
     WHERE tool.tenant_id = $1 AND tool.server_id = $2 AND tool.name = $3`,
    [tenantId, serverId, tool],
  )
  if (!row) return undefined
  const text = await loadSourceText(sql, tenantId, row.digest)
  if (text === undefined) return undefined
  const overlay = row.overlay_digest === null ? undefined : await loadSourceText(sql, tenantId, row.overlay_digest)
  return { text, ...(overlay !== undefined && { overlay }) }
}

/** Oldest first. */
export async function listSources(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly Source[]> {
  const rows = await sql.query<SourceRow>(
    'SELECT * FROM sources WHERE tenant_id = $1 AND server_id = $2 ORDER BY created_at, id',
    [tenantId, serverId],
  )
  return rows.map(toSource)
}

/** Tools that came from them stay, without a source. */
export async function removeSources(sql: Sql, tenantId: TenantId, ids: readonly SourceId[]): Promise<void> {
  await sql.query('DELETE FROM sources WHERE tenant_id = $1 AND id = ANY($2::uuid[])', [tenantId, ids])
}
