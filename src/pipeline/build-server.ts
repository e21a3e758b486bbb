import { defaults } from '../config/defaults.ts'
import type { BuildWithFiles } from '../model/build.ts'
import type { TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { insertBuild, listBuilds, loadBuildById, noteBuildLibrary, pruneBuilds } from '../registry/build-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import type { Services } from './services.ts'

/**
 * Makes the build of a server's current definition, or gives the one that has the same digest.
 * @param onStep  called with what goes on, for people
 * @throws MetaError BUILD_FAILED, CODE_INVALID
 */
export async function buildServer(
  server: Server,
  { db, workshop }: Pick<Services, 'db' | 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
  onStep: (step: string) => void = () => {},
): Promise<BuildWithFiles> {
  const { definition, known } = await db.as(tenantId, async (sql) => ({
    definition: await loadDefinition(sql, tenantId, server),
    known: await listBuilds(sql, tenantId, server.id, defaults.builds.kept),
  }))
  const building = `Building version ${(known[0]?.version ?? 0) + 1}`
  onStep(`${building}: files.`)
  const project = await workshop.run(
    'make-project',
    { definition, knownDigests: known.map(({ digest }) => digest) },
    { tenantId, signal, onStep: (step) => onStep(`${building}: ${step}.`) },
  )
  const { digest, files, library, made } = project
  return db.as(tenantId, async (sql) => {
    const same = known.find((build) => build.digest === digest)
    const existing = same && (await loadBuildById(sql, tenantId, same.id))
    // Its library may have changed where its files did not, or not have been noted.
    if (existing) return { ...existing, ...(await noteBuildLibrary(sql, tenantId, existing.id, library)) }
    if (!made) throw new Error(`The build with digest ${digest} has gone while it was asked for.`)
    const stored = await insertBuild(sql, tenantId, {
      serverId: server.id,
      digest,
      revision: definition.revision,
      files,
      library,
      ...made,
    })
    await pruneBuilds(sql, tenantId, server.id, defaults.builds.kept)
    return { ...stored, files, artefacts: made.artefacts }
  })
}
