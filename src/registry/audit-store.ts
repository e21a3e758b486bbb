import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

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

/** Events are only ever added: the tenant's role may neither change nor delete them. */
export async function appendAuditEvent(sql: Sql, tenantId: TenantId, event: NewAuditEvent): Promise<void> {
  await sql.query(
    'INSERT INTO audit_events (tenant_id, subject, action, server_id, details) VALUES ($1, $2, $3, $4, $5)',
    [tenantId, event.subject, event.action, event.serverId ?? null, JSON.stringify(event.details)],
  )
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
