import type { TenantId } from '../model/ids.ts'

/** Everything of mcpwright lives in this schema, so that a shared PostgreSQL stays tidy. */
export const SCHEMA = 'mcpwright'

/** The role that tenants' transactions run as. It is no superuser and owns nothing, so row-level security binds it. */
export const TENANT_ROLE = 'mcpwright_tenant'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Opens a transaction in one round trip. Only SET LOCAL is used: nothing of a tenant may stay on a connection.
 * @param tenantId  absent: as the owner, who sees all rows
 */
export function beginStatement(tenantId?: TenantId): string {
  const begin = `BEGIN; SET LOCAL search_path = ${SCHEMA}`
  if (tenantId === undefined) return begin
  // SET takes no parameters; a UUID needs no quoting rules beyond this check.
  if (!UUID.test(tenantId)) throw new Error(`"${tenantId}" is no tenant id.`)
  return `${begin}; SET LOCAL mcpwright.tenant_id = '${tenantId}'; SET LOCAL ROLE ${TENANT_ROLE}`
}
