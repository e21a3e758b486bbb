import type { Sql } from '../db/db.ts'
import type { DeploymentId } from '../model/ids.ts'

export interface RequestCount {
  readonly deploymentId: DeploymentId
  /** Since the last write. */
  readonly requests: number
  readonly lastRequestAt: Date
}

/** Adds up what the bridges have counted, in one statement over all tenants: run it with `asSystem`. */
export async function countRequests(sql: Sql, counts: readonly RequestCount[]): Promise<void> {
  if (counts.length === 0) return
  await sql.query(
    `UPDATE deployments SET
       request_count = request_count + counted.requests,
       last_request_at = greatest(last_request_at, counted."lastRequestAt")
     FROM json_to_recordset($1::json) AS counted ("deploymentId" uuid, requests bigint, "lastRequestAt" timestamptz)
     WHERE deployments.id = counted."deploymentId"`,
    [JSON.stringify(counts)],
  )
}
