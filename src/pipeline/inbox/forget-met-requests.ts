import type { Sql } from '../../db/db.ts'
import type { TenantId } from '../../model/ids.ts'
import type { InboxRequest } from '../../model/inbox/inbox-item.ts'
import type { Server } from '../../model/server.ts'
import { listEnvApprovals } from '../../registry/env-approval-store.ts'
import { listInboxItems, removeInboxItem } from '../../registry/inbox-store.ts'
import { listConnections } from '../../registry/connection-store.ts'
import { listSecretNames } from '../../secrets/vault.ts'
import { loadSummary } from '../server-summary.ts'
import { neededSecrets, type PlacedSecret } from '../needed-secrets.ts'

/**
 * Takes out of the inbox what a server was asked for and needs no more, after one of its secrets was set: a login stands
 * in the place of a token, and the other way round. Needs no key: what is set is known by its name.
 */
export async function forgetMetRequests(sql: Sql, tenantId: TenantId, server: Server): Promise<void> {
  const entered = await listSecretNames(sql, tenantId, server.id)
  const known = [...entered, ...(await listEnvApprovals(sql, tenantId, server.id))]
  const isSet = ({ name, host }: Pick<PlacedSecret, 'name' | 'host'>) =>
    known.some((each) => each.name === name && each.host === host)
  const { credentials, ways } = await loadSummary(sql, tenantId, server)
  const connections = await listConnections(sql, tenantId, server.id)
  const { missing } = neededSecrets({ ways, credentials, connections }, isSet)
  const lacks = new Set(missing.map(({ name }) => name))
  const isMet = (request: InboxRequest) =>
    (request.kind === 'secret' || request.kind === 'oauth') &&
    credentials.some(({ name }) => name === request.name) &&
    !lacks.has(request.name)
  for (const item of await listInboxItems(sql, tenantId, new Date(0))) {
    if (item.server?.id === server.id && isMet(item.request)) await removeInboxItem(sql, tenantId, item.id)
  }
}
