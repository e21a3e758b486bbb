import { createHash } from 'node:crypto'
import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { applyOverlays, type FileChange } from '../../model/file-overlay.ts'
import { placeOf, type OverlayPlace, refusalOf } from '../../model/overlay-path.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import type { Principal } from '../../model/principal.ts'
import { listBuilds, loadBuildById } from '../../registry/build-store.ts'
import type { Services } from '../services.ts'
import { planChanges, storeChanges } from './change-files.ts'
import { openProject, type OpenedProject, textAt } from './open-project.ts'

/** A project as it lies in a person's folder. */
export interface ProjectFolder {
  /** Texts by path. */
  readonly files: ProjectFiles
  /** SHA-256 of files that are too large to be changed by hand, in hex: it tells whether they were. */
  readonly large: ProjectFiles
}

export interface AdoptedFolder {
  /** Against what is generated now. */
  readonly changes: readonly {
    readonly file: string
    readonly change: FileChange | 'restored'
    readonly runs_in: OverlayPlace
    readonly difference: string
  }[]
  /** Changed too, and not taken. */
  readonly left_out: readonly { readonly file: string; readonly reason: string }[]
  readonly stored: boolean
}

/**
 * Takes what was changed in a project's folder since it was written as changes by hand, in the place of those that the
 * server has. What is generated otherwise by now than in the folder stays as it is.
 * @param store  false: only tells what would be taken
 * @throws MetaError SERVER_UNKNOWN, CODE_INVALID when its types are wrong, and those of `planChanges`
 */
export async function adoptFolder(
  name: string,
  { store, ...folder }: ProjectFolder & { readonly store: boolean },
  services: Pick<Services, 'db' | 'workshop' | 'audit'>,
  { tenantId, subject }: Principal,
  signal: AbortSignal,
): Promise<AdoptedFolder> {
  const project = await openProject(name, services, tenantId, signal)
  const revision = revisionOf(folder.files)
  const written = await projectsAsWritten(project, revision, services, signal)
  const generatedAt = (file: string) => textAt(project.generated, file) ?? null
  const changed = changedSince(project, written, folder)
  const left_out = changed.flatMap(({ file, text }) => {
    const reason = text === undefined ? TOO_LARGE : refusalOf(file)
    return reason === undefined || MADE_BY_TOOLS.has(file) ? [] : [{ file, reason }]
  })
  const taken = changed.filter(({ file, text }) => text !== undefined && refusalOf(file) === undefined)
  const wanted = new Map(
    taken.map(({ file, text = null }) => [file, isOnlyOlder(project, revision, file, text) ? generatedAt(file) : text]),
  )
  const planned = await planChanges(project, wanted, services, signal)
  if (planned.problems.length > 0) throw wrongTypes(name, planned.problems)
  if (store && wanted.size > 0) {
    await storeChanges(project, wanted, planned, services)
    await services.audit.note(tenantId, { subject, action: 'adopt', details: { server: name, files: wanted.size } })
  }
  return { changes: await tellChanges(project, wanted), left_out, stored: store }
}

const TOO_LARGE = `it has more than ${defaults.files.bytes} bytes`
/** `npm install` writes it. */
const MADE_BY_TOOLS = new Set(['package-lock.json'])

/** Every project says in its package.json which revision it was written from. */
function revisionOf(files: ProjectFiles): number {
  const [, revision] = /"version": "1\.0\.(\d{1,9})"/.exec(textAt(files, 'package.json') ?? '') ?? []
  if (revision !== undefined) return Number(revision)
  throw new MetaError(
    'ARGUMENTS_INVALID',
    'The folder holds no project of mcpwright: its package.json has no version such as "1.0.7".',
    'Name the folder with the package.json of the project.',
  )
}

/**
 * What the folder may have held when it was written from that revision: what is there now, or a version that is kept;
 * else what would be generated of it, with and without what has been changed by hand since.
 */
async function projectsAsWritten(
  { server: { id, tenantId }, definition, files }: OpenedProject,
  revision: number,
  { db, workshop }: Pick<Services, 'db' | 'workshop'>,
  signal: AbortSignal,
): Promise<readonly ProjectFiles[]> {
  if (revision === definition.revision) return [files]
  const build = await db.as(tenantId, async (sql) => {
    const builds = await listBuilds(sql, tenantId, id, defaults.builds.kept)
    const same = builds.find((each) => each.revision === revision)
    return same && loadBuildById(sql, tenantId, same.id)
  })
  if (build) return [build.files]
  const then = await workshop.run('emit-files', { definition: { ...definition, revision } }, { tenantId, signal })
  return [then.files, applyOverlays(then.files, definition.overlays)]
}

/**
 * What was changed by hand before is compared with that, so that it can be changed again or taken back; the rest with
 * what was written. `text` is null for a file that is gone, undefined for one that is too large.
 */
function changedSince(
  project: OpenedProject,
  written: readonly ProjectFiles[],
  folder: ProjectFolder,
): readonly { readonly file: string; readonly text: string | null | undefined }[] {
  const isAsWritten = (file: string, is: (text: string | undefined) => boolean) =>
    project.overlays.has(file) ? is(textAt(project.files, file)) : written.some((files) => is(textAt(files, file)))
  const known = new Set([project.files, ...written].flatMap((each) => Object.keys(each)))
  const gone = [...known].filter(
    (file) =>
      !Object.hasOwn(folder.files, file) &&
      !Object.hasOwn(folder.large, file) &&
      !isAsWritten(file, (text) => text === undefined),
  )
  const differing = Object.entries(folder.files).filter(([file, given]) => !isAsWritten(file, (text) => text === given))
  const grown = Object.keys(folder.large).filter(
    (file) => !isAsWritten(file, (text) => folder.large[file] === digestOf(text)),
  )
  return [
    ...differing.map(([file, text]) => ({ file, text })),
    ...gone.map((file) => ({ file, text: null })),
    ...grown.map((file) => ({ file, text: undefined })),
  ].toSorted((left, right) => (left.file < right.file ? -1 : 1))
}

/** The revision stands in some generated files. */
function isOnlyOlder(
  { generated, definition }: OpenedProject,
  revision: number,
  file: string,
  text: string | null,
): boolean {
  return text?.replaceAll(`1.0.${revision}`, `1.0.${definition.revision}`) === textAt(generated, file)
}

function digestOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('hex')
}

async function tellChanges(
  { generated }: OpenedProject,
  wanted: ReadonlyMap<string, string | null>,
): Promise<AdoptedFolder['changes']> {
  const { fileDifference } = await import('../../model/file-difference.ts')
  return Array.from(wanted, ([file, text]) => {
    const before = textAt(generated, file)
    const difference = fileDifference(file, before, text ?? undefined) ?? 'They have little in common.'
    return { file, change: changeBetween(before, text), runs_in: placeOf(file), difference }
  })
}

function changeBetween(before: string | undefined, after: string | null): FileChange | 'restored' {
  if (after === (before ?? null)) return 'restored'
  if (after === null) return 'deleted'
  return before === undefined ? 'added' : 'edited'
}

function wrongTypes(name: string, problems: readonly string[]): MetaError {
  return new MetaError(
    'CODE_INVALID',
    `With these files "${name}" does not type-check:\n${problems.slice(0, 5).join('\n')}`,
    'Correct them: npm run typecheck in the folder says the same.',
  )
}
