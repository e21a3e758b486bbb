import { createHash } from 'node:crypto'
import type { ProjectFiles } from './project-files.ts'

/** A change that was made by hand to one file of a generated project; it is put over what is generated. */
export interface FileOverlay {
  /** One that `refusalOf` of overlay-path.ts lets through. */
  readonly path: string
  /** null: the file is left out. */
  readonly text: string | null
  /** `baseOf` the generated text that was changed; null where nothing was generated. */
  readonly base: string | null
}

/** The project with its changes in it. */
export function applyOverlays(generated: ProjectFiles, overlays: readonly FileOverlay[] = []): ProjectFiles {
  const files: Record<string, string> = { ...generated }
  for (const { path, text } of overlays) {
    if (text === null) delete files[path]
    else files[path] = text
  }
  return Object.fromEntries(Object.entries(files).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/**
 * The overlays whose generated text is another now than when they were made: neither text knows of the other.
 * @param generated  made at revision 0, as for `baseOf`
 */
export function outdatedOverlays(
  generated: ProjectFiles,
  overlays: readonly FileOverlay[] = [],
): readonly FileOverlay[] {
  return overlays.filter(
    ({ path, base, text }) => baseOf(generated, path) !== base && (generated[path] ?? null) !== text,
  )
}

/**
 * Tells two generated texts of a path apart.
 * @param generated  made at revision 0: the revision stands in some files, and every change gives another
 */
export function baseOf(generated: ProjectFiles, path: string): string | null {
  const text = generated[path]
  return text === undefined ? null : createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

export type FileChange = 'added' | 'edited' | 'deleted'

/** In a word, what an overlay does. */
export function changeOf({ text, base }: FileOverlay): FileChange {
  if (text === null) return 'deleted'
  return base === null ? 'added' : 'edited'
}
