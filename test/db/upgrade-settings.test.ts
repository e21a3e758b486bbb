import { cp, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Sql } from '../../src/db/db.ts'
import { migrationsFolder } from '../../src/db/migrations.ts'
import { openPglite } from '../../src/db/pglite.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { listDeployments } from '../../src/registry/deployment-store.ts'
import { findVersionSettings } from '../../src/registry/version-settings-store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** The last migration before settings wanted and in force were two. */
const BEFORE = 21

it('takes the settings of deployments from before for both wanted and in force', async () => {
  await using home = await temporaryDirectory()
  const directory = path.join(home.path, 'database')
  const earlier = path.join(home.path, 'migrations')
  await cp(migrationsFolder(), earlier, { recursive: true })
  for (const file of await readdir(earlier)) {
    if (Number(file.slice(0, 4)) > BEFORE) await rm(path.join(earlier, file))
  }
  const before = await openPglite({ directory, templateFolders: [], migrations: earlier })
  try {
    await before.as(LOCAL_TENANT, insertDeployed)
  } finally {
    await before.close()
  }

  await using resources = new AsyncDisposableStack()
  const db = await openPglite({ directory, templateFolders: [] })
  resources.defer(() => db.close())
  await db.as(LOCAL_TENANT, async (sql) => {
    const [deployment] = await listDeployments(sql, LOCAL_TENANT)
    const settings = { key: 2, domain: 'desk.example.com' }
    expect(deployment).toMatchObject({ settings, wantedSettings: settings })
    if (!deployment?.buildId) throw new Error('Its build is gone.')
    expect(await findVersionSettings(sql, LOCAL_TENANT, deployment.buildId, 'cloudflare')).toEqual(settings)
  })
})

/** As mcpwright wrote it then. */
async function insertDeployed(sql: Sql): Promise<void> {
  const [server] = await sql.query<{ id: string }>(
    `INSERT INTO servers (tenant_id, name, description, exposure, status)
     VALUES ($1, 'desk', '', 'tools', 'running') RETURNING id`,
    [LOCAL_TENANT],
  )
  const [build] = await sql.query<{ id: string }>(
    `INSERT INTO builds (tenant_id, server_id, version, digest, revision, checks)
     VALUES ($1, $2, 1, 'd', 1, '[]') RETURNING id`,
    [LOCAL_TENANT, server?.id ?? null],
  )
  await sql.query(
    `INSERT INTO deployments (tenant_id, server_id, target, status, slug, build_id, settings)
     VALUES ($1, $2, 'cloudflare', 'running', 'desk', $3, '{"key": 2, "domain": "desk.example.com"}')`,
    [LOCAL_TENANT, server?.id ?? null, build?.id ?? null],
  )
}
