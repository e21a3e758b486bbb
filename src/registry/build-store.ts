import type { Sql, SqlValue } from '../db/db.ts'
import type { Build, BuildWithFiles, CheckReport } from '../model/build.ts'
import type { BuildContents } from '../model/build-contents.ts'
import type { BuildId, ServerId, TenantId } from '../model/ids.ts'
import type { ProjectFiles } from '../model/project-files.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { compressText, decompressText } from './compressed-text.ts'

interface BuildRow {
  id: BuildId
  server_id: ServerId
  version: number
  digest: string
  revision: number
  checks: readonly CheckReport[]
  created_at: Date
  ran_at: Date | null
  library: string | null
}

function toBuild(row: BuildRow): Build {
  return {
    id: row.id,
    serverId: row.server_id,
    version: row.version,
    digest: row.digest,
    revision: row.revision,
    checks: row.checks,
    createdAt: row.created_at,
    ranAt: row.ran_at,
    library: row.library,
  }
}

export type NewBuild = Omit<BuildWithFiles, 'id' | 'version' | 'createdAt' | 'ranAt'> & {
  readonly contents: BuildContents
}

/** Without its contents, which may be large. */
const COLUMNS = 'id, server_id, version, digest, revision, checks, created_at, ran_at, library'

/**
 * Stores a build as the server's next version. One with the same digest is given back instead: the same files are
 * the same version, so a job that runs twice makes one build.
 */
export async function insertBuild(sql: Sql, tenantId: TenantId, build: NewBuild): Promise<Build> {
  await lockServer(sql, tenantId, build.serverId)
  const existing = await findBuildByDigest(sql, tenantId, build.serverId, build.digest)
  if (existing) return existing
  const [row] = await sql.query<BuildRow>(
    `INSERT INTO builds (tenant_id, server_id, version, digest, revision, checks, contents, library)
     SELECT $1::uuid, $2::uuid, coalesce(max(version), 0) + 1, $3, $4::int, $5::json, $6::json, $7
     FROM builds WHERE tenant_id = $1 AND server_id = $2
     RETURNING ${COLUMNS}`,
    [
      tenantId,
      build.serverId,
      build.digest,
      build.revision,
      JSON.stringify(build.checks),
      JSON.stringify(build.contents),
      build.library,
    ],
  )
  if (!row) throw new Error('INSERT gave no row.')
  await insertFiles(sql, tenantId, row.id, 'project', build.files)
  await insertFiles(sql, tenantId, row.id, 'artefact', build.artefacts)
  return toBuild(row)
}

/** Says of a build that this library makes the same of its definition. */
export async function noteBuildLibrary(
  sql: Sql,
  tenantId: TenantId,
  id: BuildId,
  library: string,
): Promise<Pick<Build, 'library'>> {
  await sql.query('UPDATE builds SET library = $3 WHERE tenant_id = $1 AND id = $2 AND library IS DISTINCT FROM $3', [
    tenantId,
    id,
    library,
  ])
  return { library }
}

/** Removes all versions of a server but the newest `kept` and those that a deployment has. */
export async function pruneBuilds(sql: Sql, tenantId: TenantId, serverId: ServerId, kept: number): Promise<void> {
  await sql.query(
    `DELETE FROM builds WHERE tenant_id = $1 AND server_id = $2
       AND id NOT IN (SELECT id FROM builds WHERE tenant_id = $1 AND server_id = $2 ORDER BY version DESC LIMIT $3)
       AND id NOT IN (SELECT build_id FROM deployments WHERE tenant_id = $1 AND build_id IS NOT NULL)`,
    [tenantId, serverId, kept],
  )
}

/** Version numbers are given out one after another. */
async function lockServer(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<void> {
  await sql.query('SELECT 1 FROM servers WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [tenantId, serverId])
}

type FileKind = 'project' | 'artefact'

async function insertFiles(
  sql: Sql,
  tenantId: TenantId,
  buildId: BuildId,
  kind: FileKind,
  files: ProjectFiles,
): Promise<void> {
  const paths = Object.keys(files)
  if (paths.length === 0) return
  const values: SqlValue[] = [tenantId, buildId, kind]
  for (const path of paths) values.push(path, await compressText(files[path] ?? ''))
  const tuples = paths.map((_, index) => `($1, $2, $3, $${index * 2 + 4}, $${index * 2 + 5})`)
  await sql.query(
    `INSERT INTO build_files (tenant_id, build_id, kind, path, content) VALUES ${tuples.join(', ')}`,
    values,
  )
}

export async function findBuildByDigest(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  digest: string,
): Promise<Build | undefined> {
  const [row] = await sql.query<BuildRow>(
    `SELECT ${COLUMNS} FROM builds WHERE tenant_id = $1 AND server_id = $2 AND digest = $3`,
    [tenantId, serverId, digest],
  )
  return row && toBuild(row)
}

export async function findBuildById(sql: Sql, tenantId: TenantId, id: BuildId): Promise<Build | undefined> {
  const [row] = await sql.query<BuildRow>(`SELECT ${COLUMNS} FROM builds WHERE tenant_id = $1 AND id = $2`, [
    tenantId,
    id,
  ])
  return row && toBuild(row)
}

export async function findBuild(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  version: number | 'latest',
): Promise<Build | undefined> {
  const [row] = await sql.query<BuildRow>(
    `SELECT ${COLUMNS} FROM builds WHERE tenant_id = $1 AND server_id = $2 AND ($3::int IS NULL OR version = $3)
     ORDER BY version DESC LIMIT 1`,
    [tenantId, serverId, version === 'latest' ? null : version],
  )
  return row && toBuild(row)
}

export async function loadBuild(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  version: number | 'latest',
): Promise<BuildWithFiles | undefined> {
  const build = await findBuild(sql, tenantId, serverId, version)
  return build && withFiles(sql, tenantId, build)
}

export async function loadBuildById(sql: Sql, tenantId: TenantId, id: BuildId): Promise<BuildWithFiles | undefined> {
  const build = await findBuildById(sql, tenantId, id)
  return build && withFiles(sql, tenantId, build)
}

async function withFiles(sql: Sql, tenantId: TenantId, build: Build): Promise<BuildWithFiles> {
  const rows = await sql.query<{ kind: FileKind; path: string; content: Uint8Array }>(
    'SELECT kind, path, content FROM build_files WHERE tenant_id = $1 AND build_id = $2 ORDER BY path',
    [tenantId, build.id],
  )
  const texts: Record<FileKind, Record<string, string>> = { project: {}, artefact: {} }
  for (const { kind, path, content } of rows) texts[kind][path] = await decompressText(content)
  return { ...build, files: texts.project, artefacts: texts.artefact }
}

/** Notes that a version is up now. */
export async function noteBuildRan(sql: Sql, tenantId: TenantId, id: BuildId): Promise<void> {
  await sql.query('UPDATE builds SET ran_at = now() WHERE tenant_id = $1 AND id = $2', [tenantId, id])
}

/** Newest first. */
export async function listBuilds(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  limit: number,
): Promise<readonly Build[]> {
  const rows = await sql.query<BuildRow>(
    `SELECT ${COLUMNS} FROM builds WHERE tenant_id = $1 AND server_id = $2 ORDER BY version DESC LIMIT $3`,
    [tenantId, serverId, limit],
  )
  return rows.map(toBuild)
}

/** What a version consists of; undefined for one from before that was stored. */
export async function findBuildContents(sql: Sql, tenantId: TenantId, id: BuildId): Promise<BuildContents | undefined> {
  const [row] = await sql.query<{ contents: BuildContents | null }>(
    'SELECT contents FROM builds WHERE tenant_id = $1 AND id = $2',
    [tenantId, id],
  )
  return row?.contents ?? undefined
}

/**
 * The effect of a version's tool, without reading all of its contents: null when it has no such tool, undefined when
 * its contents were not stored.
 */
export async function findToolEffect(
  sql: Sql,
  tenantId: TenantId,
  id: BuildId,
  tool: string,
): Promise<ToolDefinition['effect'] | null | undefined> {
  const [row] = await sql.query<{ is_known: boolean; effect: ToolDefinition['effect'] | null }>(
    `SELECT contents IS NOT NULL AS is_known, contents->'effects'->>$3 AS effect
     FROM builds WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, tool],
  )
  return row?.is_known ? row.effect : undefined
}
