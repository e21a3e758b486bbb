import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import type { Server } from '../model/server.ts'
import { listConnections } from './connection-store.ts'
import { listCredentials } from './credential-store.ts'
import { listFileOverlays } from './file-overlay-store.ts'
import { listPrompts } from './prompt-store.ts'
import { listResources } from './resource-store.ts'
import { listSharedCode } from './shared-code-store.ts'
import { listSavedTests } from './saved-test-store.ts'
import { listTools } from './tool-store.ts'

/** The whole definition as it stands. `server` must come from the same transaction, or its revision may be old. */
export async function loadDefinition(sql: Sql, tenantId: TenantId, server: Server): Promise<ServerDefinition> {
  const { id, name, description, revision, exposure } = server
  const overlays = await listFileOverlays(sql, tenantId, id)
  return {
    id,
    tenantId,
    name,
    description,
    revision,
    exposure,
    tools: await listTools(sql, tenantId, id),
    resources: await listResources(sql, tenantId, id),
    prompts: await listPrompts(sql, tenantId, id),
    credentials: await listCredentials(sql, tenantId, id),
    connections: await listConnections(sql, tenantId, id),
    shared: await listSharedCode(sql, tenantId, id),
    tests: await listSavedTests(sql, tenantId, id),
    ...(overlays.length > 0 && { overlays }),
  }
}
