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

/**
 * Events are only ever added: the tenant's role may neither change nor delete them. Each carries the hash of the one
 * before, so the tenant's events are written one after the other: append as the last thing of a transaction.
 */
export async function appendAuditEvent(sql: Sql, tenantId: TenantId, event: NewAuditEvent): Promise<void> {
  const { subject, action } = event
  const written = { at: new Date(), subject, action, serverId: event.serverId ?? null }
  const details = JSON.stringify(event.details)
  const hash = hashOfEvent(await lockHead(sql, tenantId), tenantId, { ...written, details })
  await sql.query(
    `INSERT INTO audit_events (tenant_id, at, subject, action, server_id, details, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [tenantId, written.at, subject, action, written.serverId, details, hash],
  )
  await sql.query('UPDATE audit_heads SET hash = $2, events = events + 1 WHERE tenant_id = $1', [tenantId, hash])
}

/** @returns the hash of the tenant's newest event; nobody else appends until the transaction ends */
async function lockHead(sql: Sql, tenantId: TenantId): Promise<string> {
  await sql.query('INSERT INTO audit_heads (tenant_id, hash, events) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [
    tenantId,
    FIRST_HASH,
  ])
  const [head] = await sql.query<{ hash: string }>('SELECT hash FROM audit_heads WHERE tenant_id = $1 FOR UPDATE', [
    tenantId,
  ])
  return head?.hash ?? FIRST_HASH
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
