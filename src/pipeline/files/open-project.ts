import { MetaError } from '../../errors/meta-error.ts'
import { applyOverlays, type FileOverlay } from '../../model/file-overlay.ts'
import type { TenantId } from '../../model/ids.ts'
import { nearestName } from '../../model/names.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import type { Server } from '../../model/server.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { loadDefinition } from '../../registry/load-definition.ts'
import { requireServer } from '../../registry/server-store.ts'
import type { Services } from '../services.ts'
import type { EmittedFiles } from '../workshop/emit-files.ts'

/** A server's project as its next build would have it. */
export interface OpenedProject {
  readonly server: Server
  readonly definition: ServerDefinition
  readonly generated: ProjectFiles
  readonly bases: EmittedFiles['bases']
  /** What is generated, with what was changed by hand over it. */
  readonly files: ProjectFiles
  /** By path. */
  readonly overlays: ReadonlyMap<string, FileOverlay>
}

/** @throws MetaError SERVER_UNKNOWN, CODE_INVALID */
export async function openProject(
  name: string,
  { db, workshop }: Pick<Services, 'db' | 'workshop'>,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<OpenedProject> {
  const { server, definition } = await db.as(tenantId, async (sql) => {
    const found = await requireServer(sql, tenantId, name)
    return { server: found, definition: await loadDefinition(sql, tenantId, found) }
  })
  const { files: generated, bases } = await workshop.run('emit-files', { definition }, { tenantId, signal })
  const { overlays = [] } = definition
  return {
    server,
    definition,
    generated,
    bases,
    files: applyOverlays(generated, overlays),
    overlays: new Map(overlays.map((overlay) => [overlay.path, overlay])),
  }
}

/** Whether what is generated at a path has changed since it was changed by hand. */
export function isOutdated({ overlays, bases, generated }: OpenedProject, path: string): boolean {
  const overlay = overlays.get(path)
  if (!overlay) return false
  return (bases[path] ?? null) !== overlay.base && (textAt(generated, path) ?? null) !== overlay.text
}

export function textAt(files: ProjectFiles, path: string): string | undefined {
  return Object.hasOwn(files, path) ? files[path] : undefined
}

export function fileUnknown({ server, files }: OpenedProject, path: string): MetaError {
  const near = nearestName(path, Object.keys(files)) ?? sameName(path, Object.keys(files))
  return new MetaError(
    'FILE_UNKNOWN',
    `The project of "${server.name}" has no file "${path}".`,
    near ? `Did you mean "${near}"?` : 'list_files lists them.',
  )
}

/** The file of that name elsewhere. */
function sameName(path: string, paths: readonly string[]): string | undefined {
  return paths.find((each) => each.endsWith(`/${path.split('/').at(-1)}`))
}
