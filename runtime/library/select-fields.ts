/** What was kept of a value, and which of the wanted paths led to nothing. */
export interface SelectedFields {
  readonly value: unknown
  readonly unknown: readonly string[]
}

/**
 * Keeps the named parts of a JSON value in their places: `id,owner.login,items.name`. A path goes through lists to
 * each of their items, with or without `[]`; a name keeps all that is below it.
 */
export function selectFields(value: unknown, fields: string): SelectedFields {
  const wanted = fields
    .split(',')
    .map((field) => field.replaceAll('[]', '').trim())
    .filter((field) => field !== '')
  const found = new Set<string>()
  const kept = keep(
    value,
    wanted.map((path) => ({ path, rest: path.replace(/^\./, '') })),
    found,
  )
  return { value: kept, unknown: wanted.filter((path) => !found.has(path)) }
}

/**
 * The paths that a value offers, `id` and `owner.login`, shallow ones first; two levels of the items of a list.
 * @returns at most `most`
 */
export function fieldPaths(value: unknown, most = 40): string[] {
  const paths = pathsBelow(value, 2, true).toSorted((left, right) => depthOf(left) - depthOf(right))
  return paths.length <= most ? paths : [...paths.slice(0, most), '…']
}

interface Wanted {
  /** As it was written. */
  readonly path: string
  /** What of it is still below. */
  readonly rest: string
}

/** Undefined when nothing of a value is wanted; lists and objects on the way stay, even empty. */
function keep(value: unknown, wanted: readonly Wanted[], found: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => keep(item, wanted, found)).filter((item) => item !== undefined)
  if (typeof value !== 'object' || value === null) return undefined
  const members: [string, unknown][] = []
  for (const [key, member] of Object.entries(value)) {
    const whole = wanted.filter(({ rest }) => rest === key)
    for (const { path } of whole) found.add(path)
    const below = wanted.filter(({ rest }) => rest.startsWith(`${key}.`))
    if (whole.length > 0) members.push([key, member])
    else if (below.length > 0) {
      const inner = below.map(({ path, rest }) => ({ path, rest: rest.slice(key.length + 1) }))
      // An owner that may be null stays null.
      members.push([key, member === null ? null : keep(member, inner, found)])
    }
  }
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}

function pathsBelow(value: unknown, levels: number, isRoot = false): string[] {
  if (Array.isArray(value)) {
    const item = value.find((candidate) => typeof candidate === 'object' && candidate !== null)
    return item === undefined ? [] : pathsBelow(item, levels)
  }
  if (typeof value !== 'object' || value === null || levels === 0) return []
  return Object.entries(value).flatMap(([key, member]) => {
    // An object around a list says little by itself.
    const below = pathsBelow(member, isRoot && Array.isArray(member) ? levels : levels - 1)
    return below.length > 0 ? below.map((path) => `${key}.${path}`) : [key]
  })
}

function depthOf(path: string): number {
  return path.split('.').length
}
