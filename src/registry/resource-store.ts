import type { Sql, SqlValue } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { ResourceContent, ResourceDefinition } from '../model/server-definition.ts'
import type { Server } from '../model/server.ts'

interface ResourceRow {
  name: string
  uri: string
  description: string | null
  mime_type: string | null
  content: ResourceContent
}

function toResource(row: ResourceRow): ResourceDefinition {
  return {
    name: row.name,
    uri: row.uri,
    ...(row.description !== null && { description: row.description }),
    ...(row.mime_type !== null && { mimeType: row.mime_type }),
    content: row.content,
  }
}

function toValues(resource: ResourceDefinition): readonly SqlValue[] {
  return [
    resource.name,
    resource.uri,
    resource.description ?? null,
    resource.mimeType ?? null,
    JSON.stringify(resource.content),
  ]
}

/** @throws MetaError RESOURCE_NAME_TAKEN when the server has its name or its URI already */
export async function insertResource(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  resource: ResourceDefinition,
): Promise<void> {
  const rows = await sql.query(
    `INSERT INTO resources (tenant_id, server_id, position, name, uri, description, mime_type, content)
     SELECT $1::uuid, $2::uuid, coalesce(max(position), 0) + 1, $3, $4, $5, $6, $7::json
     FROM resources WHERE tenant_id = $1 AND server_id = $2
     ON CONFLICT DO NOTHING
     RETURNING name`,
    [tenantId, server.id, ...toValues(resource)],
  )
  if (rows.length === 0) throw resourceTaken(server.name, resource)
}

/** Puts `resource` in the place of the one called `name`. False when there is none. */
export async function replaceResource(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  name: string,
  resource: ResourceDefinition,
): Promise<boolean> {
  const others = await sql.query(
    `SELECT 1 FROM resources
     WHERE tenant_id = $1 AND server_id = $2 AND name <> $3 AND (name = $4 OR uri = $5)`,
    [tenantId, server.id, name, resource.name, resource.uri],
  )
  if (others.length > 0) throw resourceTaken(server.name, resource)
  const rows = await sql.query(
    `UPDATE resources SET name = $4, uri = $5, description = $6, mime_type = $7, content = $8
     WHERE tenant_id = $1 AND server_id = $2 AND name = $3
     RETURNING name`,
    [tenantId, server.id, name, ...toValues(resource)],
  )
  return rows.length > 0
}

export async function removeResource(sql: Sql, tenantId: TenantId, serverId: ServerId, name: string): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM resources WHERE tenant_id = $1 AND server_id = $2 AND name = $3 RETURNING name',
    [tenantId, serverId, name],
  )
  return rows.length > 0
}

export async function listResources(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly ResourceDefinition[]> {
  const rows = await sql.query<ResourceRow>(
    `SELECT name, uri, description, mime_type, content FROM resources
     WHERE tenant_id = $1 AND server_id = $2 ORDER BY position`,
    [tenantId, serverId],
  )
  return rows.map(toResource)
}

function resourceTaken(server: string, { name, uri }: ResourceDefinition): MetaError {
  return new MetaError(
    'RESOURCE_NAME_TAKEN',
    `Server "${server}" already has a resource "${name}", or one with the URI "${uri}".`,
    'Pick another name and URI, or remove the old resource first with remove_item.',
  )
}
