import { defaults } from '../config/defaults.ts'
import type { InboxItem } from '../model/inbox-item.ts'
import type { Principal } from '../model/principal.ts'
import type { InboxScope } from '../inbox/inbox-links.ts'
import { appendAuditEvent } from '../registry/audit-store.ts'
import { listInboxItems, removeInboxItem, removeOldInboxItems } from '../registry/inbox-store.ts'
import { setServerSecret } from './set-server-secret.ts'
import type { Services } from './services.ts'

/** What a person decided on the page. */
export type InboxAnswer = { readonly kind: 'enter'; readonly value: string } | { readonly kind: 'decline' }

/** What waits for a person, oldest first. */
export async function waitingItems(
  { db }: Pick<Services, 'db'>,
  { tenantId }: Principal,
  scope: InboxScope = 'all',
): Promise<readonly InboxItem[]> {
  const since = new Date(Date.now() - defaults.inbox.keptMs)
  const items = await db.as(tenantId, async (sql) => {
    await removeOldInboxItems(sql, tenantId, since)
    return listInboxItems(sql, tenantId, since)
  })
  return scope === 'all' ? items : items.filter(({ id }) => scope.has(id))
}

/**
 * Does what a person decided, notes who did it, and takes the item out. Only the inbox page calls this.
 * @returns what was done, for the person
 * @throws MetaError HOST_NOT_ALLOWED when the server no longer reaches the host
 */
export async function answerInboxItem(
  { id, server, request }: InboxItem,
  answer: InboxAnswer,
  services: Pick<Services, 'db' | 'queue' | 'vault' | 'localHosts'>,
  { tenantId, subject }: Principal,
): Promise<string> {
  if (answer.kind === 'enter' && request.kind === 'secret' && server) {
    const { name, host } = request
    await setServerSecret({ server: server.name, name, host, value: answer.value }, services, tenantId)
  }
  if (answer.kind === 'enter' && request.kind === 'local-host') await services.localHosts.allow(request.address)
  await services.db.as(tenantId, async (sql) => {
    await removeInboxItem(sql, tenantId, id)
    const action = `inbox.${answer.kind}`
    await appendAuditEvent(sql, tenantId, { subject, action, ...(server && { serverId: server.id }), details: request })
  })
  return describeAnswer(request, answer)
}

function describeAnswer(request: InboxItem['request'], answer: InboxAnswer): string {
  const subject = request.kind === 'secret' ? request.name : request.address
  if (answer.kind === 'decline') return `${subject}: declined.`
  return request.kind === 'secret' ? `${subject} is set. It is sent to ${request.host} only.` : `${subject} is open.`
}

/** Closes a local host that a person opened here. */
export async function closeLocalHost(
  address: string,
  { db, localHosts }: Pick<Services, 'db' | 'localHosts'>,
  { tenantId, subject }: Principal,
): Promise<string> {
  await localHosts.close(address)
  const details = { kind: 'local-host', address }
  await db.as(tenantId, (sql) => appendAuditEvent(sql, tenantId, { subject, action: 'inbox.close', details }))
  return `${address} is closed.`
}
