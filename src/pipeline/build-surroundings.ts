import type { Sql } from '../db/db.ts'
import { type BuildContents, contentsOf } from '../model/build-contents.ts'
import type { Build } from '../model/build.ts'
import type { TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { findBuildContents } from '../registry/build-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'

/** The hosts that a version may reach and the credentials it sends: its own, also when the draft has gone on since. */
export async function loadSurroundings(
  sql: Sql,
  tenantId: TenantId,
  server: Server,
  build: Build,
): Promise<Pick<BuildContents, 'hosts' | 'credentials'>> {
  const { hosts, credentials } =
    (await findBuildContents(sql, tenantId, build.id)) ?? contentsOf(await loadDefinition(sql, tenantId, server))
  return { hosts, credentials }
}
