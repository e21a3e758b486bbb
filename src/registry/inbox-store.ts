import { randomUUID } from 'node:crypto'
import type { Sql } from '../db/db.ts'
import { timeAfter } from '../db/time-after.ts'
import type { InboxItemId, ServerId, TenantId } from '../model/ids.ts'
import { INBOX_KIND_NAMES, type InboxItem, type InboxRequest, matterOf } from '../model/inbox/inbox-item.ts'

export interface NewInboxItem {
  readonly serverId: ServerId | undefined
  readonly request: InboxRequest
  readonly requestedBy: string
}

/**
 * Puts a request into the inbox; the same one again only becomes new.
 * @param most  waiting items of the tenant
 * @returns undefined when the inbox is full
 */
export async function putInboxItem(
  sql: Sql,
  tenantId: TenantId,
  { serverId, request, requestedBy }: NewInboxItem,
  most: number,
): Promise<InboxItemId | undefined> {
  const { kind, ...details } = request
  const [row] = await sql.query<{ id: InboxItemId }>(
    `INSERT INTO inbox_items (tenant_id, id, server_id, kind, matter, details, requested_by, requested_at)
     SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5, $6::json, $7, ${timeAfter('inbox_items', 'requested_at')}
     WHERE (SELECT count(*) FROM inbox_items WHERE tenant_id = $1) < $8
     ON CONFLICT ON CONSTRAINT inbox_items_matter DO UPDATE
     SET details = excluded.details, requested_by = excluded.requested_by, requested_at = excluded.requested_at
     RETURNING id`,
    [tenantId, randomUUID(), serverId ?? null, kind, matterOf(request), JSON.stringify(details), requestedBy, most],
  )
  return row?.id
}

interface ItemRow {
  id: InboxItemId
  server_id: ServerId | null
  server_name: string | null
  kind: InboxRequest['kind']
  details: object
  requested_by: string
  requested_at: Date
}

/** Oldest first, of the kinds that this version knows; what was asked for before `since` waits no more. */
export async function listInboxItems(sql: Sql, tenantId: TenantId, since: Date): Promise<readonly InboxItem[]> {
  const rows = await sql.query<ItemRow>(
    `SELECT item.id, item.server_id, server.name AS server_name, item.kind, item.details, item.requested_by,
       item.requested_at
     FROM inbox_items item
     LEFT JOIN servers server ON server.tenant_id = item.tenant_id AND server.id = item.server_id
     WHERE item.tenant_id = $1 AND item.requested_at >= $2 AND item.kind = ANY($3::text[])
       AND server.deleted_at IS NULL
     ORDER BY item.requested_at, item.id`,
    [tenantId, since, INBOX_KIND_NAMES],
  )
  return rows.map((row) => ({
    id: row.id,
    ...(row.server_id !== null && { server: { id: row.server_id, name: row.server_name ?? '' } }),
    // Written by putInboxItem: the kind and the rest of one request.
    request: { kind: row.kind, ...row.details } as InboxRequest,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
  }))
}

export async function removeInboxItem(sql: Sql, tenantId: TenantId, id: InboxItemId): Promise<void> {
  await sql.query('DELETE FROM inbox_items WHERE tenant_id = $1 AND id = $2', [tenantId, id])
}

/** Takes a request out that was answered in another way. */
export async function removeInboxRequest(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  request: InboxRequest,
): Promise<void> {
  await sql.query('DELETE FROM inbox_items WHERE tenant_id = $1 AND server_id = $2 AND kind = $3 AND matter = $4', [
    tenantId,
    serverId,
    request.kind,
    matterOf(request),
  ])
}

/** Takes out what is about one matter, of whichever server. */
export async function removeInboxMatter(
  sql: Sql,
  tenantId: TenantId,
  kind: InboxRequest['kind'],
  matter: string,
): Promise<void> {
  await sql.query('DELETE FROM inbox_items WHERE tenant_id = $1 AND kind = $2 AND matter = $3', [
    tenantId,
    kind,
    matter,
  ])
}

export async function removeOldInboxItems(sql: Sql, tenantId: TenantId, before: Date): Promise<void> {
  await sql.query('DELETE FROM inbox_items WHERE tenant_id = $1 AND requested_at < $2', [tenantId, before])
}
