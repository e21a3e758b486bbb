import type { Sql } from '../db/db.ts'
import type { ConfirmPolicy } from '../model/confirm-policy.ts'
import type { TenantId } from '../model/ids.ts'

/** 'destructive' where the principal's person has not said. */
export async function findConfirmPolicy(sql: Sql, tenantId: TenantId, subject: string): Promise<ConfirmPolicy> {
  const [row] = await sql.query<{ policy: ConfirmPolicy }>(
    'SELECT policy FROM confirm_policies WHERE tenant_id = $1 AND subject = $2',
    [tenantId, subject],
  )
  return row?.policy ?? 'destructive'
}

export async function upsertConfirmPolicy(
  sql: Sql,
  tenantId: TenantId,
  subject: string,
  policy: ConfirmPolicy,
): Promise<void> {
  await sql.query(
    `INSERT INTO confirm_policies (tenant_id, subject, policy) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, subject) DO UPDATE SET policy = excluded.policy`,
    [tenantId, subject, policy],
  )
}

/** @param digest  of the call; approving it again only prolongs it */
export async function insertApprovedCall(
  sql: Sql,
  tenantId: TenantId,
  digest: string,
  approvedBy: string,
  expiresAt: Date,
): Promise<void> {
  await sql.query(
    `INSERT INTO approved_calls (tenant_id, digest, approved_by, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, digest) DO UPDATE
     SET approved_by = excluded.approved_by, expires_at = excluded.expires_at`,
    [tenantId, digest, approvedBy, expiresAt],
  )
}

/** Uses an approval up. @returns whether there was one that had not expired */
export async function takeApprovedCall(sql: Sql, tenantId: TenantId, digest: string, now: Date): Promise<boolean> {
  const rows = await sql.query<{ expires_at: Date }>(
    'DELETE FROM approved_calls WHERE tenant_id = $1 AND (digest = $2 OR expires_at <= $3) RETURNING digest, expires_at',
    [tenantId, digest, now],
  )
  return rows.some(({ expires_at: expiresAt }) => expiresAt > now)
}

/** @returns whether the confirmation had not been used before */
export async function useConfirmation(
  sql: Sql,
  tenantId: TenantId,
  id: string,
  { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date },
): Promise<boolean> {
  await sql.query('DELETE FROM used_confirmations WHERE tenant_id = $1 AND expires_at <= $2', [tenantId, now])
  const rows = await sql.query(
    'INSERT INTO used_confirmations (tenant_id, id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
    [tenantId, id, expiresAt],
  )
  return rows.length > 0
}
