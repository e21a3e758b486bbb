import type { Db } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'
import { appendAuditEvents, type NewAuditEvent } from '../registry/audit-store.ts'

/** Writes down who changed what. */
export interface AuditWriter {
  /** Resolves when the event is stored. Errors: those of the database. */
  note(tenantId: TenantId, event: NewAuditEvent): Promise<void>
}

interface Waiting {
  readonly event: NewAuditEvent
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const MOST_AT_ONCE = 100

/**
 * A tenant's events form a chain, which one transaction at a time can make longer: events that come while one is under
 * way go together into the next.
 */
export function createAuditWriter(db: Db): AuditWriter {
  const lines = new Map<TenantId, Waiting[]>()

  async function work(tenantId: TenantId, line: Waiting[]): Promise<void> {
    while (line.length > 0) await write(tenantId, line.splice(0, MOST_AT_ONCE))
    lines.delete(tenantId)
  }

  async function write(tenantId: TenantId, batch: readonly Waiting[]): Promise<void> {
    const events = batch.map(({ event }) => event)
    try {
      await db.as(tenantId, (sql) => appendAuditEvents(sql, tenantId, events), { isJournal: true })
      for (const { resolve } of batch) resolve()
    } catch (error) {
      const [only, ...others] = batch
      if (others.length === 0) return only?.reject(error)
      // One that cannot be written keeps none of the others back.
      for (const each of batch) await write(tenantId, [each])
    }
  }

  return {
    note(tenantId, event) {
      return new Promise((resolve, reject) => {
        const line = lines.get(tenantId)
        if (line) return line.push({ event, resolve, reject })
        const begun = [{ event, resolve, reject }]
        lines.set(tenantId, begun)
        // It tells those who wait, and never rejects itself.
        void work(tenantId, begun)
      })
    },
  }
}
