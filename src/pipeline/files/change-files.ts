import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { FileOverlay } from '../../model/file-overlay.ts'
import { refusalOf } from '../../model/overlay-path.ts'
import { putFileOverlay, removeFileOverlay } from '../../registry/file-overlay-store.ts'
import { bumpRevision } from '../../registry/server-store.ts'
import type { Services } from '../services.ts'
import { type OpenedProject, textAt } from './open-project.ts'

/** By path, what a file is to hold; null: it is to be left out; undefined: as it is generated. */
export type WantedFiles = ReadonlyMap<string, string | null | undefined>

export interface ChangedFiles {
  /** What is put over the generated files now. */
  readonly overlays: readonly FileOverlay[]
  /** What the compiler says; empty when all is well, or no TypeScript was changed. */
  readonly problems: readonly string[]
}

/**
 * What changes to a project come to, with its types checked. Nothing is stored.
 * @throws MetaError FILE_NOT_ALLOWED, LIMIT_EXCEEDED, IMPORT_NOT_ALLOWED
 */
export async function planChanges(
  project: OpenedProject,
  wanted: WantedFiles,
  { workshop }: Pick<Services, 'workshop'>,
  signal: AbortSignal,
): Promise<ChangedFiles> {
  const overlays = new Map(project.overlays)
  for (const [path, text] of wanted) {
    const overlay = overlayOf(project, path, text)
    if (overlay) overlays.set(path, overlay)
    else overlays.delete(path)
  }
  const changed = [...overlays.values()]
  refuseTooMuch(changed)
  const definition = { ...project.definition, overlays: changed }
  // What is generated alone has no problems; texts have no types.
  const isTyped = [wanted.keys(), overlays.keys()].every((paths) => paths.some((path) => path.endsWith('.ts')))
  const { tenantId } = project.server
  const problems = isTyped ? await workshop.run('check-files', { definition }, { tenantId, signal }) : []
  return { overlays: changed, problems }
}

/** Stores what was planned; the server gets its next revision. */
export async function storeChanges(
  { server: { id, tenantId } }: OpenedProject,
  wanted: WantedFiles,
  { overlays }: ChangedFiles,
  { db }: Pick<Services, 'db'>,
): Promise<void> {
  await db.as(tenantId, async (sql) => {
    await bumpRevision(sql, tenantId, id)
    for (const path of wanted.keys()) {
      const overlay = overlays.find((each) => each.path === path)
      if (overlay) await putFileOverlay(sql, tenantId, id, overlay)
      else await removeFileOverlay(sql, tenantId, id, path)
    }
  })
}

/** Undefined when the file is to be as it is generated. */
function overlayOf(project: OpenedProject, path: string, text: string | null | undefined): FileOverlay | undefined {
  const generated = textAt(project.generated, path)
  if (text === undefined || text === (generated ?? null)) return undefined
  const refusal = refusalOf(path) ?? (text === null ? undefined : collision(project, path))
  if (refusal) {
    throw new MetaError(
      'FILE_NOT_ALLOWED',
      `"${path.slice(0, 200)}" is not changed: ${refusal}.`,
      'Change another file.',
    )
  }
  return { path, text, base: project.bases[path] ?? null }
}

/** Some file systems take names in any case, and none has a file where a folder is. */
function collision({ files }: OpenedProject, path: string): string | undefined {
  const mine = path.toLowerCase()
  const other = Object.keys(files).find((each) => {
    const theirs = each.toLowerCase()
    return each !== path && (theirs === mine || theirs.startsWith(`${mine}/`) || mine.startsWith(`${theirs}/`))
  })
  return other === undefined ? undefined : `the project has "${other}"`
}

/** @throws MetaError LIMIT_EXCEEDED */
export function refuseTooMuch(overlays: readonly FileOverlay[]): void {
  const { most, bytes, totalBytes } = defaults.files
  const sizes = overlays.map(({ path, text }) => ({ path, size: Buffer.byteLength(text ?? '') }))
  const large = sizes.find(({ size }) => size > bytes)
  const total = sizes.reduce((sum, { size }) => sum + size, 0)
  if (!large && sizes.length <= most && total <= totalBytes) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    large
      ? `"${large.path}" would have ${large.size} bytes; a file has at most ${bytes}.`
      : `${sizes.length} files with ${total} bytes would be changed by hand; a server has at most ${most} with ${totalBytes}.`,
    'Make it smaller, or take changes back with write_file and restore: true.',
  )
}
