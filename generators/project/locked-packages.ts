import type { PackageVersions } from './emit-package.ts'
import { jsonText } from './source-text.ts'

/** One entry of a package-lock.json: npm docs, package-lock.json, "packages". */
export interface LockedPackage {
  readonly version: string
  readonly integrity?: string
  readonly dependencies?: Ranges
  readonly optionalDependencies?: Ranges
  readonly peerDependencies?: Ranges
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

type Ranges = Readonly<Record<string, string>>

/** By their places: `node_modules/zod`. Of all packages that projects may have, with what those need. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/** The parts of a package.json that its lock file repeats. */
export interface LockingPackage {
  readonly name: string
  readonly version: string
  readonly engines?: Ranges
  readonly dependencies: Partial<PackageVersions>
  readonly devDependencies: Partial<PackageVersions>
}

/**
 * The package-lock.json of a package.json, without any network: what mcpwright itself was tested with. It names no
 * registry, so that each user has their own.
 */
export function emitLock(
  { name, version, engines, dependencies, devDependencies }: LockingPackage,
  locked: LockedPackages,
): string {
  const production = closure(Object.keys(dependencies), locked)
  const all = closure([...Object.keys(dependencies), ...Object.keys(devDependencies)], locked)
  const entries = [...all.keys()].toSorted().map((place) => {
    const isDev = !production.has(place)
    const isOptional = (isDev ? all : production).get(place) === 'optional'
    return [
      place,
      inOrder({ ...locked[place], ...(isDev && { dev: true }), ...(isOptional && { optional: true }) }),
    ] as const
  })
  const root = { name, version, dependencies, devDependencies, ...(engines && { engines }) }
  return jsonText({
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...Object.fromEntries(entries) },
  })
}

/** As npm writes an entry, so that its first install changes nothing. */
function inOrder({ version, integrity, ...rest }: Partial<LockedPackage>): object {
  const members = Object.entries(rest).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return { version, ...(integrity !== undefined && { integrity }), ...Object.fromEntries(members) }
}

type Need = 'needed' | 'optional'

/** The places of packages with all that they need; `optional` where nothing that is needed needs it. */
export function closure(names: readonly string[], locked: LockedPackages): ReadonlyMap<string, Need> {
  const found = new Map<string, Need>()
  const waiting = names.map((name) => ({ name, from: '', need: 'needed' as Need }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { name, from, need } = next
    const place = placeOf(name, from, locked)
    // What is optional may be missing: a platform's package, or a peer that nobody has.
    if (place === undefined) continue
    if (found.get(place) === 'needed' || found.get(place) === need) continue
    found.set(place, need)
    const { dependencies = {}, optionalDependencies = {}, ...peers } = locked[place] ?? {}
    const needed = [...Object.keys(dependencies), ...neededPeers(peers)].filter(
      (each) => !(each in optionalDependencies),
    )
    waiting.push(...needed.map((each) => ({ name: each, from: place, need })))
    const optional: Need = 'optional'
    waiting.push(...Object.keys(optionalDependencies).map((each) => ({ name: each, from: place, need: optional })))
  }
  return found
}

function neededPeers({
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Pick<LockedPackage, 'peerDependencies' | 'peerDependenciesMeta'>): readonly string[] {
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
}

/** Where Node finds a package from the place of another: in its own node_modules, else further up. */
function placeOf(name: string, from: string, locked: LockedPackages): string | undefined {
  const own = `${from}/node_modules/${name}`
  if (from !== '' && Object.hasOwn(locked, own)) return own
  if (from !== '') return placeOf(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), locked)
  return Object.hasOwn(locked, `node_modules/${name}`) ? `node_modules/${name}` : undefined
}
