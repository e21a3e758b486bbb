import { createHash } from 'node:crypto'
import { defaults } from '../config/defaults.ts'
import { shareRead } from '../db/share-read.ts'
import type { Principal } from '../model/principal.ts'
import { findConfirmPolicy, takeApprovedCall, useConfirmation } from '../registry/confirmation-store.ts'
import { putInboxItem, removeInboxMatter } from '../registry/inbox-store.ts'
import { findServerByName } from '../registry/server-store.ts'
import type { ConfirmPolicy } from '../model/confirm-policy.ts'
import { inboxFull } from './inbox/inbox-full.ts'
import type { Services } from './services.ts'

/** One call that a person has to agree to: that of this principal, with this tool and these arguments. */
export interface CallToConfirm {
  readonly principal: Principal
  readonly tool: string
  readonly input: unknown
  /** "Delete the server …?" */
  readonly question: string
}

/**
 * SHA-256 in hex, the same for arguments whose members come in another order. It is another when the same call would
 * do something else by now: the question says what.
 */
export function digestOfCall({ principal, tool, input, question }: CallToConfirm): string {
  const { tenantId, subject } = principal
  const text = JSON.stringify([tenantId, subject, tool, input, question], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? sorted(value) : value,
  )
  return createHash('sha256').update(text).digest('hex')
}

/** What the principal's person has set on the page or a terminal. */
export function confirmPolicy({ db }: Pick<Services, 'db'>, { tenantId, subject }: Principal): Promise<ConfirmPolicy> {
  const key = `policy of ${JSON.stringify([tenantId, subject])}`
  return shareRead(db, key, () => db.as(tenantId, (sql) => findConfirmPolicy(sql, tenantId, subject)))
}

/** Uses up what a person approved on the page. @returns whether they approved this very call */
export function takeApproval({ db }: Pick<Services, 'db'>, call: CallToConfirm): Promise<boolean> {
  const { tenantId } = call.principal
  return db.as(tenantId, (sql) => takeApprovedCall(sql, tenantId, digestOfCall(call), new Date()))
}

/** @param id  of a sealed confirmation. @returns whether this is its first use */
export function takeConfirmation({ db }: Pick<Services, 'db'>, { tenantId }: Principal, id: string): Promise<boolean> {
  const now = new Date()
  const expiresAt = new Date(now.getTime() + defaults.confirmation.tokenMs)
  return db.as(tenantId, (sql) => useConfirmation(sql, tenantId, id, { now, expiresAt }))
}

const SHOWN_CHARACTERS = 2_000

/** Has the call wait for a person. @throws MetaError LIMIT_EXCEEDED when the inbox is full */
export async function putCallIntoInbox(
  { db, redactor }: Pick<Services, 'db' | 'redactor'>,
  call: CallToConfirm,
): Promise<void> {
  const { principal, tool, input, question } = call
  const { tenantId, subject } = principal
  const { server: name }: { server?: unknown } = { ...Object(input) }
  const shown = JSON.stringify(redactor.redact(input, tenantId)).slice(0, SHOWN_CHARACTERS)
  const request = { kind: 'confirmation', tool, question, arguments: shown, digest: digestOfCall(call) } as const
  const id = await db.as(tenantId, async (sql) => {
    const server = typeof name === 'string' ? await findServerByName(sql, tenantId, name) : undefined
    return putInboxItem(sql, tenantId, { serverId: server?.id, request, requestedBy: subject }, defaults.inbox.items)
  })
  if (id === undefined) throw inboxFull()
}

/** Takes the call out of the inbox: it was agreed to, or declined, elsewhere. */
export function takeCallFromInbox({ db }: Pick<Services, 'db'>, call: CallToConfirm): Promise<void> {
  const { tenantId } = call.principal
  return db.as(tenantId, (sql) => removeInboxMatter(sql, tenantId, 'confirmation', digestOfCall(call)))
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
