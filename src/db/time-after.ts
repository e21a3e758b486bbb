/**
 * SQL for the time of a row that must stay behind those before it: now, or a microsecond after the latest of its tenant.
 * PGlite's clock counts in milliseconds, and more than one transaction ends in one.
 * @param column  a timestamptz of `table`, whose rows are the tenant's ($1 of the statement)
 */
export function timeAfter(table: string, column: string): string {
  return `greatest(now(), (SELECT max(${column}) + interval '1 microsecond' FROM ${table} WHERE tenant_id = $1))`
}
