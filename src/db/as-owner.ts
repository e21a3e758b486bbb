import type { Sql } from './db.ts'

/**
 * Runs statements of a tenant's transaction as the database's owner: the queue's tables are not the tenants', and a
 * row and its job belong into one transaction. The tenant's role is back when it ends.
 */
export async function asOwner<Result>(sql: Sql, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const [current] = await sql.query<{ role: string }>("SELECT current_setting('role') AS role")
  await sql.query('SET LOCAL ROLE NONE')
  try {
    return await work(sql)
  } finally {
    // In a transaction that has failed this fails too, and nothing more can be done in it.
    await sql.query("SELECT set_config('role', $1, true)", [current?.role ?? 'none']).catch(() => undefined)
  }
}
