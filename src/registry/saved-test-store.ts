import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { SavedTest } from '../model/saved-test.ts'

/**
 * Keeps a test, in the place of the one with its name.
 * @param most  tests of the server
 * @returns false when the server has as many already
 */
export async function putSavedTest(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  { name, tool, input, mocks, expected }: SavedTest,
  most: number,
): Promise<boolean> {
  const rows = await sql.query(
    `INSERT INTO saved_tests (tenant_id, server_id, name, tool, input, mocks, expected)
     SELECT $1::uuid, $2::uuid, $3, $4, $5::json, $6::json, $7::json
     WHERE (SELECT count(*) FROM saved_tests WHERE tenant_id = $1 AND server_id = $2 AND name <> $3) < $8
     ON CONFLICT (tenant_id, server_id, name) DO UPDATE
     SET tool = excluded.tool, input = excluded.input, mocks = excluded.mocks, expected = excluded.expected,
       saved_at = now()
     RETURNING name`,
    [tenantId, serverId, name, tool, JSON.stringify(input), JSON.stringify(mocks), JSON.stringify(expected), most],
  )
  return rows.length > 0
}

/** By name; without those whose tool the server no longer has. */
export async function listSavedTests(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly SavedTest[]> {
  return sql.query<SavedTest>(
    `SELECT test.name, test.tool, test.input, test.mocks, test.expected
     FROM saved_tests test
     JOIN tools tool ON tool.tenant_id = test.tenant_id AND tool.server_id = test.server_id AND tool.name = test.tool
     WHERE test.tenant_id = $1 AND test.server_id = $2 ORDER BY test.name COLLATE "C"`,
    [tenantId, serverId],
  )
}

export async function removeSavedTest(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM saved_tests WHERE tenant_id = $1 AND server_id = $2 AND name = $3 RETURNING name',
    [tenantId, serverId, name],
  )
  return rows.length > 0
}
