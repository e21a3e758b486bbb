import { MetaError } from '../errors/meta-error.ts'
import { CONFIRM_POLICIES, type ConfirmPolicy } from '../model/confirm-policy.ts'
import type { Principal } from '../model/principal.ts'
import { appendAuditEvent } from '../registry/audit-store.ts'
import { upsertConfirmPolicy } from '../registry/confirmation-store.ts'
import type { Services } from './services.ts'

/** Sets when the principal's calls ask. For a person, on the inbox page or a terminal: no tool calls this. */
export async function setConfirmPolicy(
  policy: ConfirmPolicy,
  { db }: Pick<Services, 'db'>,
  { tenantId, subject }: Principal,
): Promise<void> {
  await db.as(tenantId, async (sql) => {
    await upsertConfirmPolicy(sql, tenantId, subject, policy)
    await appendAuditEvent(sql, tenantId, { subject, action: 'inbox.policy', details: { policy } })
  })
}

/** @throws MetaError ARGUMENTS_INVALID */
export function readConfirmPolicy(text: unknown): ConfirmPolicy {
  const policy = CONFIRM_POLICIES.find((each) => each === text)
  if (policy !== undefined) return policy
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${String(text)}" is no policy.`,
    'Policies: always (asks before whatever changes something), destructive (the default), never.',
  )
}
