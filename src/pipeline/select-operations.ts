import type { ApiOperation } from '../model/api-importer.ts'

/** Which operations are wanted; what is absent does not choose. An operation must meet all that is given. */
export interface OperationSelection {
  readonly tags?: readonly string[]
  readonly operations?: readonly string[]
  /** HTTP methods in any case. */
  readonly methods?: readonly string[]
  /** Globs over the path: `/repos/**`. */
  readonly paths?: readonly string[]
  readonly all?: boolean
}

/** The chosen operations. Without any choice, those that only read. */
export function selectOperations(
  operations: readonly ApiOperation[],
  select: OperationSelection | undefined,
): readonly ApiOperation[] {
  if (select?.all) return operations
  const { tags, operations: names, methods, paths } = select ?? {}
  if (!tags && !names && !methods && !paths) return operations.filter(({ effect }) => effect === 'read')
  const patterns = paths?.map(globPattern)
  const wantedMethods = methods?.map((method) => method.toUpperCase())
  return operations.filter(
    (operation) =>
      (!tags || operation.tags.some((tag) => tags.includes(tag))) &&
      (!names || names.includes(operation.name)) &&
      (!wantedMethods || wantedMethods.includes(operation.call.method)) &&
      (!patterns || patterns.some((pattern) => pattern.test(operation.call.path))),
  )
}

/** `*` stands for one segment or a part of it, `**` for any number of segments. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('**', '\0').replaceAll('*', '[^/]*').replaceAll('\0', '.*')}$`)
}
