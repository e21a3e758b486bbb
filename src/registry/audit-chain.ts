import { createHash } from 'node:crypto'
import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'

/** An event as its hash covers it. */
export interface ChainedEvent {
  /** In milliseconds: databases keep more than a Date can hold. */
  readonly at: Date
  readonly subject: string
  readonly action: string
  readonly serverId: string | null
  /** As JSON, to the letter. */
  readonly details: string
}

/** The hash that the first event follows. */
export const FIRST_HASH = ''

/** SHA-256 in hex, over the event, its tenant and the hash of the event before. */
export function hashOfEvent(previous: string, tenantId: TenantId, event: ChainedEvent): string {
  const { at, subject, action, serverId, details } = event
  const text = JSON.stringify([previous, tenantId, at.toISOString(), subject, action, serverId, details])
  return createHash('sha256').update(text).digest('hex')
}

export interface AuditCheck {
  /** Of the chain; events that are older than it are not counted. */
  readonly events: number
  /** The first event that is not as it was written, or that an event before it is missing; `end`: the newest are gone. */
  readonly brokenAt?: number | 'end'
}

interface ChainRow {
  id: number
  at: Date
  subject: string
  action: string
  server_id: string | null
  details: string
  hash: string | null
}

const PAGE = 1_000

/** Follows a tenant's chain from its first event to its end. */
export async function checkAuditChain(sql: Sql, tenantId: TenantId): Promise<AuditCheck> {
  const [head] = await sql.query<{ hash: string; events: number }>(
    'SELECT hash, events FROM audit_heads WHERE tenant_id = $1',
    [tenantId],
  )
  let [events, previous, after] = [0, FIRST_HASH, 0]
  for (;;) {
    const rows = await listChain(sql, tenantId, after)
    for (const { id, hash, server_id: serverId, ...event } of rows) {
      after = id
      const isOlder = hash === null && events === 0
      if (isOlder) continue
      if (hash !== hashOfEvent(previous, tenantId, { ...event, serverId })) return { events, brokenAt: id }
      events++
      previous = hash
    }
    if (rows.length < PAGE) break
  }
  const isWhole = events === (head?.events ?? 0) && previous === (head?.hash ?? FIRST_HASH)
  return isWhole ? { events } : { events, brokenAt: 'end' }
}

function listChain(sql: Sql, tenantId: TenantId, after: number): Promise<ChainRow[]> {
  return sql.query<ChainRow>(
    `SELECT id, at, subject, action, server_id, details::text AS details, hash FROM audit_events
     WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
    [tenantId, after, PAGE],
  )
}
