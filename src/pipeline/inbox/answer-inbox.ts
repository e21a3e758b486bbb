import { defaults } from '../../config/defaults.ts'
import type { InboxScope, InboxSession } from '../../inbox/inbox-links.ts'
import type { Sql } from '../../db/db.ts'
import type { ServerId } from '../../model/ids.ts'
import { formOf, type InboxItem, type InboxKindName, titleOf } from '../../model/inbox/inbox-item.ts'
import { formByToolLink, type InboxForm } from '../../model/inbox/inbox-kind.ts'
import type { Principal } from '../../model/principal.ts'
import { appendAuditEvent } from '../../registry/audit-store.ts'
import { listInboxItems, removeInboxItem, removeOldInboxItems } from '../../registry/inbox-store.ts'
import type { Services } from '../services.ts'
import { answerConfirmation } from './answer-confirmation.ts'
import { answerChangedTools } from './answer-changed-tools.ts'
import { answerConnection } from './answer-connection.ts'
import { answerDescription } from './answer-description.ts'
import { answerLocalHost } from './answer-local-host.ts'
import { answerLoginSecret } from './answer-login-secret.ts'
import { answerOpenServer } from './answer-open-server.ts'
import { answerSecret } from './answer-secret.ts'
import { answerTargetToken } from './answer-target-token.ts'
import { answerOauth } from './answer-oauth.ts'
import type { Elsewhere, InboxAnswer, InboxAnswers } from './inbox-answers.ts'

const inboxAnswers: { readonly [Name in InboxKindName]: InboxAnswers<Name> } = {
  secret: answerSecret,
  confirmation: answerConfirmation,
  'local-host': answerLocalHost,
  description: answerDescription,
  oauth: answerOauth,
  connection: answerConnection,
  'changed-tools': answerChangedTools,
  'open-server': answerOpenServer,
  'target-token': answerTargetToken,
  'login-secret': answerLoginSecret,
}

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

/** The same of one server, or of all, in a transaction that reads; what is too old stays for others to remove. */
export async function listWaiting(
  sql: Sql,
  { tenantId }: Principal,
  serverId?: ServerId,
): Promise<readonly InboxItem[]> {
  const items = await listInboxItems(sql, tenantId, new Date(Date.now() - defaults.inbox.keptMs))
  return serverId === undefined ? items : items.filter(({ server }) => server?.id === serverId)
}

/** What the page asks about an item, as things stand now, of who came by a link of this scope. */
export async function formOfItem(
  item: InboxItem,
  services: Services,
  { principal, scope }: Pick<InboxSession, 'principal' | 'scope'>,
): Promise<InboxForm> {
  const form = formOf(item.request, await answersOf(item).look(item, services, principal))
  return scope === 'all' ? form : formByToolLink(form)
}

/**
 * Does what a person decided, notes who did it, and takes the item out. Only the inbox page calls this.
 * @returns what was done, for the person; or where they go on, and then the item stays
 * @throws MetaError what the kind's answer throws; the item stays
 */
export async function answerInboxItem(
  item: InboxItem,
  answer: InboxAnswer,
  services: Services,
  principal: Principal,
): Promise<string | Elsewhere> {
  const said = await answersOf(item).answer(item, answer, services, principal)
  if (typeof said !== 'string') return said
  await takeOut(item, answer.choice, services, principal)
  return said
}

/** Takes an item out without doing what it asks for. */
export async function declineInboxItem(item: InboxItem, services: Services, principal: Principal): Promise<string> {
  await takeOut(item, 'decline', services, principal)
  return `${titleOf(item.request)}: declined.`
}

function takeOut(
  { id, server, request }: InboxItem,
  choice: string,
  { db }: Services,
  { tenantId, subject }: Principal,
): Promise<void> {
  return db.as(tenantId, async (sql) => {
    await removeInboxItem(sql, tenantId, id)
    const action = `inbox.${choice}`
    await appendAuditEvent(sql, tenantId, {
      subject,
      action,
      ...(server && { serverId: server.id }),
      details: { ...request },
    })
  })
}

/** The table pairs a kind with its items, which the type of an index does not show. */
function answersOf({ request }: InboxItem): InboxAnswers<InboxKindName> {
  return inboxAnswers[request.kind]
}
