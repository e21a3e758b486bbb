import { randomBytes } from 'node:crypto'
import type { Sql, SqlValue } from '../db/db.ts'
import { timeAfter } from '../db/time-after.ts'
import {
  isActive,
  DEPLOYMENT_STATUSES,
  type Deployment,
  type DeploymentStatus,
  type Sighting,
  type TargetName,
} from '../model/deployment.ts'
import type { BuildId, DaemonId, DeploymentId, ServerId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'

interface DeploymentRow {
  id: DeploymentId
  tenant_id: TenantId
  server_id: ServerId
  target: TargetName
  status: DeploymentStatus
  status_message: string | null
  build_id: BuildId | null
  endpoint_url: string | null
  slug: string
  port: number | null
  daemon_id: DaemonId | null
  lease_until: Date | null
  image: string | null
  token_hash: string | null
  settings: Record<string, unknown>
  wanted_settings: Record<string, unknown>
  state: Record<string, unknown>
  open_approval: string | null
  seen: Sighting | null
  request_count: number
  last_request_at: Date | null
  started_at: Date | null
  stopped_at: Date | null
  deleted_at: Date | null
  created_at: Date
}

function toDeployment(row: DeploymentRow): Deployment {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    serverId: row.server_id,
    target: row.target,
    status: row.status,
    statusMessage: row.status_message,
    buildId: row.build_id,
    endpointUrl: row.endpoint_url,
    slug: row.slug,
    port: row.port,
    daemonId: row.daemon_id,
    leaseUntil: row.lease_until,
    image: row.image,
    tokenHash: row.token_hash,
    settings: row.settings,
    wantedSettings: row.wanted_settings,
    state: row.state,
    openApproval: row.open_approval,
    seen: row.seen,
    requestCount: row.request_count,
    lastRequestAt: row.last_request_at,
    startedAt: row.started_at,
    stoppedAt: row.stopped_at,
    deletedAt: row.deleted_at,
    createdAt: row.created_at,
  }
}

const SLUG_ATTEMPTS = 10

/**
 * The server's deployment on a target; made as `pending` when it has none there. The slug is the server's name, with
 * a suffix where another server, of any tenant, has that already. It stays for good: clients are configured with it.
 */
export async function upsertDeployment(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  target: TargetName,
): Promise<Deployment> {
  for (let attempt = 0; attempt < SLUG_ATTEMPTS; attempt++) {
    const existing = await findDeployment(sql, tenantId, server.id, target)
    if (existing) return existing
    const slug = attempt === 0 ? server.name : `${server.name}-${randomBytes(3).toString('hex')}`
    const [row] = await sql.query<DeploymentRow>(
      `INSERT INTO deployments (tenant_id, server_id, target, status, slug, created_at)
       VALUES ($1, $2, $3, 'pending', $4, ${timeAfter('deployments', 'created_at')})
       ON CONFLICT DO NOTHING
       RETURNING *`,
      [tenantId, server.id, target, slug],
    )
    if (row) return toDeployment(row)
  }
  throw new Error(`No free slug for "${server.name}" in ${SLUG_ATTEMPTS} attempts.`)
}

export type DeploymentChanges = Partial<
  Pick<
    Deployment,
    | 'status'
    | 'statusMessage'
    | 'buildId'
    | 'endpointUrl'
    | 'port'
    | 'daemonId'
    | 'leaseUntil'
    | 'image'
    | 'tokenHash'
    | 'settings'
    | 'wantedSettings'
    | 'state'
    | 'openApproval'
    | 'seen'
    | 'startedAt'
    | 'stoppedAt'
    | 'deletedAt'
  >
>

const COLUMNS: Readonly<Record<keyof DeploymentChanges, string>> = {
  status: 'status',
  statusMessage: 'status_message',
  buildId: 'build_id',
  endpointUrl: 'endpoint_url',
  port: 'port',
  daemonId: 'daemon_id',
  leaseUntil: 'lease_until',
  image: 'image',
  tokenHash: 'token_hash',
  settings: 'settings',
  wantedSettings: 'wanted_settings',
  state: 'state',
  openApproval: 'open_approval',
  seen: 'seen',
  startedAt: 'started_at',
  stoppedAt: 'stopped_at',
  deletedAt: 'deleted_at',
}

/** Writes the given properties; the others stay as they are. @returns undefined when there is no such deployment */
export async function updateDeployment(
  sql: Sql,
  tenantId: TenantId,
  id: DeploymentId,
  changes: DeploymentChanges,
): Promise<Deployment | undefined> {
  const values: SqlValue[] = [tenantId, id]
  const assignments = Object.entries(COLUMNS).flatMap(([property, column]) => {
    // Object.entries forgets the keys' type; COLUMNS has exactly these.
    const value = changes[property as keyof DeploymentChanges]
    return value === undefined ? [] : [`${column} = $${values.push(value)}`]
  })
  if (assignments.length === 0) return findDeploymentById(sql, tenantId, id)
  const [row] = await sql.query<DeploymentRow>(
    `UPDATE deployments SET ${assignments.join(', ')} WHERE tenant_id = $1 AND id = $2 RETURNING *`,
    values,
  )
  return row && toDeployment(row)
}

export async function findDeployment(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  target: TargetName,
): Promise<Deployment | undefined> {
  const [row] = await sql.query<DeploymentRow>(
    'SELECT * FROM deployments WHERE tenant_id = $1 AND server_id = $2 AND target = $3',
    [tenantId, serverId, target],
  )
  return row && toDeployment(row)
}

export async function findDeploymentById(
  sql: Sql,
  tenantId: TenantId,
  id: DeploymentId,
): Promise<Deployment | undefined> {
  const [row] = await sql.query<DeploymentRow>('SELECT * FROM deployments WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    id,
  ])
  return row && toDeployment(row)
}

/** Where a server runs a build made with an older library, and whether its definition has changed since. */
export interface Outdated {
  readonly targets: readonly TargetName[]
  readonly isChanged: boolean
}

/** Servers that run a build made with another library than this. */
export async function listOutdated(
  sql: Sql,
  tenantId: TenantId,
  library: string,
): Promise<ReadonlyMap<ServerId, Outdated>> {
  const rows = await sql.query<{ server_id: ServerId; targets: readonly TargetName[]; is_changed: boolean }>(
    `SELECT server.id AS server_id, array_agg(deployment.target ORDER BY deployment.created_at) AS targets,
       bool_or(server.revision <> build.revision) AS is_changed
     FROM deployments deployment
     JOIN builds build ON build.tenant_id = deployment.tenant_id AND build.id = deployment.build_id
     JOIN servers server ON server.tenant_id = deployment.tenant_id AND server.id = deployment.server_id
     WHERE deployment.tenant_id = $1 AND deployment.status = 'running' AND build.library IS DISTINCT FROM $2
     GROUP BY server.id`,
    [tenantId, library],
  )
  return new Map(rows.map(({ server_id: id, targets, is_changed: isChanged }) => [id, { targets, isChanged }]))
}

/** All of a server's, or all of the tenant's. */
export async function listDeployments(
  sql: Sql,
  tenantId: TenantId,
  serverId?: ServerId,
): Promise<readonly Deployment[]> {
  const rows = await sql.query<DeploymentRow>(
    `SELECT * FROM deployments WHERE tenant_id = $1 AND ($2::uuid IS NULL OR server_id = $2)
     ORDER BY created_at, id`,
    [tenantId, serverId ?? null],
  )
  return rows.map(toDeployment)
}

/** What runs here under that address, of any tenant, for the door that knows no more: run it with `asSystem`. */
export async function findDeploymentBySlug(sql: Sql, slug: string): Promise<Deployment | undefined> {
  const [row] = await sql.query<DeploymentRow>("SELECT * FROM deployments WHERE target = 'local' AND slug = $1", [slug])
  return row && toDeployment(row)
}

const ACTIVE_STATUSES = DEPLOYMENT_STATUSES.filter(isActive)

/** What ought to be up on this daemon, of all tenants: run it with `asSystem`. */
export async function listActiveDeployments(sql: Sql, daemonId: DaemonId): Promise<readonly Deployment[]> {
  const rows = await sql.query<DeploymentRow>(
    'SELECT * FROM deployments WHERE daemon_id = $1 AND status = ANY($2::text[]) ORDER BY created_at, id',
    [daemonId, ACTIVE_STATUSES],
  )
  return rows.map(toDeployment)
}
