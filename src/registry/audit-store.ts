import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { FIRST_HASH, hashOfEvent } from './audit-chain.ts'

export interface NewAuditEvent {
  /** Who: the principal's subject. */
  readonly subject: string
  /** What: the name of a meta tool or a job. */
  readonly action: string
  readonly serverId?: ServerId
  /** Names and ids only: no secrets, no request bodies. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface AuditEvent extends NewAuditEvent {
  readonly id: number
  readonly at: Date
}

export function appendAuditEvent(sql: Sql, tenantId: TenantId, event: NewAuditEvent): Promise<void> {
  return appendAuditEvents(sql, tenantId, [event])
}

/**
 * Events are only ever added: the tenant's role may neither change nor delete them. Each carries the hash of the one
 * before, so the tenant's events are written one after the other: append as the last thing of a transaction.
 */
export async function appendAuditEvents(sql: Sql, tenantId: TenantId, events: readonly NewAuditEvent[]): Promise<void> {
  const at = new Date()
  let hash = (await lockHead(sql, tenantId)) ?? (await makeHead(sql, tenantId))
  const rows = events.map(({ subject, action, serverId = null, details: given }) => {
    const details = JSON.stringify(given)
    hash = hashOfEvent(hash, tenantId, { at, subject, action, serverId, details })
    return { subject, action, server_id: serverId, details, hash }
  })
  await sql.query(
    `WITH added AS (
       INSERT INTO audit_events (tenant_id, at, subject, action, server_id, details, hash)
       SELECT $1::uuid, $2::timestamptz, subject, action, server_id, details::json, hash
       FROM ROWS FROM (json_to_recordset($3::json) AS (
         subject text, action text, server_id uuid, details text, hash text
       )) WITH ORDINALITY AS event (subject, action, server_id, details, hash, number)
       ORDER BY number
     )
     UPDATE audit_heads SET hash = $4, events = events + $5::int WHERE tenant_id = $1`,
    [tenantId, at, JSON.stringify(rows), hash, rows.length],
  )
}

/** @returns the hash of the tenant's newest event; nobody else appends until the transaction ends */
async function lockHead(sql: Sql, tenantId: TenantId): Promise<string | undefined> {
  const [head] = await sql.query<{ hash: string }>('SELECT hash FROM audit_heads WHERE tenant_id = $1 FOR UPDATE', [
    tenantId,
  ])
  return head?.hash
}

/** Before a tenant's first event. Another daemon may do so at the same time. */
async function makeHead(sql: Sql, tenantId: TenantId): Promise<string> {
  await sql.query('INSERT INTO audit_heads (tenant_id, hash, events) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [
    tenantId,
    FIRST_HASH,
  ])
  return (await lockHead(sql, tenantId)) ?? FIRST_HASH
}

interface AuditRow {
  id: number
  at: Date
  subject: string
  action: string
  server_id: ServerId | null
  details: Readonly<Record<string, unknown>>
}

/** Newest first. */
export async function listAuditEvents(sql: Sql, tenantId: TenantId, limit: number): Promise<readonly AuditEvent[]> {
  const rows = await sql.query<AuditRow>('SELECT * FROM audit_events WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2', [
    tenantId,
    limit,
  ])
  return rows.map(({ id, at, subject, action, server_id: serverId, details }) => ({
    id,
    at,
    subject,
    action,
    ...(serverId !== null && { serverId }),
    details,
  }))
}
