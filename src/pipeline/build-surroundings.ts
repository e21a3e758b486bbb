import type { Sql } from '../db/db.ts'
import { contentsOf } from '../model/build-contents.ts'
import type { Build } from '../model/build.ts'
import type { DeploymentRequest } from '../model/deployment-target.ts'
import type { TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { findBuildContents } from '../registry/build-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'

/** The hosts that a version may reach, the credentials it sends and its connections: its own, also when the draft has gone on since. */
export async function loadSurroundings(
  sql: Sql,
  tenantId: TenantId,
  server: Server,
  build: Build,
): Promise<Pick<DeploymentRequest, 'hosts' | 'credentials' | 'connected'>> {
  const {
    hosts,
    credentials,
    connected = { connections: [], tools: {} },
  } = (await findBuildContents(sql, tenantId, build.id)) ?? contentsOf(await loadDefinition(sql, tenantId, server))
  return { hosts, credentials, connected }
}
