import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../../errors/meta-error.ts'
import type { Server } from '../../model/server.ts'
import { findBuild, loadBuildById } from '../../registry/build-store.ts'
import type { Services } from '../services.ts'

export interface MadeMcpb {
  readonly version: number
  readonly bytes: Uint8Array
  readonly sha256: string
}

/**
 * The .mcpb of a server's newest version, made anew each time: the same version gives the same bytes.
 * @throws MetaError VERSION_UNKNOWN when nothing was built yet
 */
export async function makeMcpb(
  server: Server,
  { db, workshop }: Pick<Services, 'db' | 'workshop'>,
  signal: AbortSignal,
): Promise<MadeMcpb> {
  const { tenantId, id, name } = server
  const build = await db.as(tenantId, async (sql) => {
    const newest = await findBuild(sql, tenantId, id, 'latest')
    return newest && loadBuildById(sql, tenantId, newest.id)
  })
  if (!build) {
    throw new MetaError('VERSION_UNKNOWN', `Server "${name}" has not been built yet.`, 'Deploy it first.', {
      next: { tool: 'deploy', arguments: { server: name } },
    })
  }
  const { bytes, sha256 } = await workshop.run('bundle-mcpb', { files: build.files }, { tenantId, signal })
  return { version: build.version, bytes, sha256 }
}

/** Puts a bundle where a person of this machine can open it. @returns its path */
export async function keepMcpb(
  server: string,
  { version, bytes }: MadeMcpb,
  { config }: Pick<Services, 'config'>,
): Promise<string> {
  const folder = path.join(config.home, 'bundles')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${server}-${version}.mcpb`)
  await writeFile(`${file}.new`, bytes, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return file
}
