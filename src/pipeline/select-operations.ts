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
  const wantedMethods = methods?.map((method) => method.toUpperCase())
  return operations.filter(
    (operation) =>
      (!tags || operation.tags.some((tag) => tags.includes(tag))) &&
      (!names || names.includes(operation.name)) &&
      (!wantedMethods || wantedMethods.includes(operation.call.method)) &&
      (!paths || paths.some((glob) => fitsGlob(operation.call.path, glob))),
  )
}

/**
 * `*` stands for one segment or a part of it, `**` for any number of segments. Not a regular expression: both texts come
 * from outside, and `*a*a*a*` takes one hours.
 */
function fitsGlob(path: string, glob: string): boolean {
  /** How far the parts of the glob so far can reach into the path. */
  let reached = new Set([0])
  for (const part of glob.match(/\*\*|\*|[^*]+/g) ?? []) {
    if (part === '**') reached = onwards(reached, path.length)
    else if (part === '*') reached = withinSegments(reached, path)
    else reached = new Set([...reached].filter((at) => path.startsWith(part, at)).map((at) => at + part.length))
  }
  return reached.has(path.length)
}

function onwards(starts: ReadonlySet<number>, end: number): Set<number> {
  const first = Math.min(...starts, end + 1)
  return new Set(Array.from({ length: end + 1 - first }, (_, index) => first + index))
}

function withinSegments(starts: ReadonlySet<number>, path: string): Set<number> {
  const reached = new Set<number>()
  for (let at = 0, isOn = false; at <= path.length; at++) {
    isOn ||= starts.has(at)
    if (isOn) reached.add(at)
    if (path[at] === '/') isOn = false
  }
  return reached
}
