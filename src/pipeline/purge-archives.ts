import { defaults } from '../config/defaults.ts'
import { removeOldDroppedDescriptions } from '../registry/dropped-description-store.ts'
import { removeUnusedTexts } from '../registry/source-store.ts'
import { findExpiredArchives } from '../registry/unused-servers.ts'
import type { Services } from './services.ts'

/** Archived servers can be brought back until then. */
export function restorableUntil(archivedAt: Date): Date {
  return new Date(archivedAt.getTime() + defaults.archiveMs)
}

/** Has archived servers removed for good when their time is over, and texts of descriptions that nothing refers to. */
export async function purgeArchives({ db, queue }: Pick<Services, 'db' | 'queue'>): Promise<void> {
  const before = new Date(Date.now() - defaults.archiveMs)
  for (const { tenantId, serverId } of await db.asSystem((sql) => findExpiredArchives(sql, before))) {
    const pending = await queue.findPending(tenantId, serverId, 'clean-up')
    if (pending === undefined) await queue.send({ kind: 'clean-up', tenantId, serverId })
  }
  await db.asSystem(async (sql) => {
    await removeOldDroppedDescriptions(sql, new Date(Date.now() - defaults.inbox.keptMs))
    await removeUnusedTexts(sql)
  })
}
