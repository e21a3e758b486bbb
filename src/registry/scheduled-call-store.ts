import { randomUUID } from 'node:crypto'
import type { Sql } from '../db/db.ts'
import { TICK_TOOL } from '../model/tick-tool.ts'
import type { DaemonId, DeploymentId, ServerId, TenantId } from '../model/ids.ts'

/** A call that a server's code has put off. */
export interface ScheduledCall {
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly deploymentId: DeploymentId
  readonly tool: string
  /** The tool's arguments. */
  readonly input: unknown
}

/** @returns false, with nothing stored, when the server has `most` waiting already */
export async function insertScheduledCall(
  sql: Sql,
  { tenantId, serverId, tool, input, dueAt }: Omit<ScheduledCall, 'deploymentId'> & { readonly dueAt: Date },
  most: number,
): Promise<boolean> {
  const rows = await sql.query(
    `INSERT INTO scheduled_calls (tenant_id, server_id, id, tool, input, due_at)
     SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::json, $6::timestamptz
     WHERE (SELECT count(*) FROM scheduled_calls WHERE tenant_id = $1 AND server_id = $2) < $7
     RETURNING id`,
    [tenantId, serverId, randomUUID(), tool, JSON.stringify(input ?? null), dueAt, most],
  )
  return rows.length > 0
}

/**
 * Takes what is due on servers that this daemon runs; what was taken is stored no more. Over all tenants: run it with
 * `asSystem`. Calls of a server that is not up stay, until they are a day late; one that looks for what is due, for ever.
 */
export async function takeDueCalls(sql: Sql, daemonId: DaemonId, now: Date): Promise<readonly ScheduledCall[]> {
  await sql.query(`DELETE FROM scheduled_calls WHERE due_at < $1::timestamptz - interval '1 day' AND tool <> $2`, [
    now,
    TICK_TOOL,
  ])
  const rows = await sql.query<ScheduledCallRow>(
    `DELETE FROM scheduled_calls call USING deployments d
     WHERE call.due_at <= $2 AND d.tenant_id = call.tenant_id AND d.server_id = call.server_id
       AND d.daemon_id = $1 AND d.target = 'local' AND d.status = 'running'
     RETURNING call.tenant_id, call.server_id, d.id AS deployment_id, call.tool, call.input, call.due_at`,
    [daemonId, now],
  )
  return rows
    .toSorted((one, other) => Number(one.due_at) - Number(other.due_at))
    .map((row) => ({
      tenantId: row.tenant_id,
      serverId: row.server_id,
      deploymentId: row.deployment_id,
      tool: row.tool,
      input: row.input,
    }))
}

interface ScheduledCallRow {
  tenant_id: TenantId
  server_id: ServerId
  deployment_id: DeploymentId
  tool: string
  input: unknown
  due_at: Date
}

/** When the next call of this daemon's servers is due. Over all tenants: run it with `asSystem`. */
export async function nextDueAt(sql: Sql, daemonId: DaemonId): Promise<Date | undefined> {
  const [row] = await sql.query<{ due_at: Date | null }>(
    `SELECT min(call.due_at) AS due_at FROM scheduled_calls call
     JOIN deployments d ON d.tenant_id = call.tenant_id AND d.server_id = call.server_id
     WHERE d.daemon_id = $1 AND d.target = 'local' AND d.status = 'running'`,
    [daemonId],
  )
  return row?.due_at ?? undefined
}
