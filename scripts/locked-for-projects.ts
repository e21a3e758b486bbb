import { closure, type LockedPackages } from '../generators/project/locked-packages.ts'
import { projectSurroundings } from '../src/pipeline/workshop/package-sources.ts'

/** Of our own lock file, the entries that projects may need; their place among ours says nothing about theirs. */
export function lockedForProjects(lock: unknown): LockedPackages {
  // npm wrote it: package-lock.json, lockfileVersion 3.
  const { packages } = lock as { readonly packages: LockedPackages }
  const places = closure(Object.keys(projectSurroundings().versions), packages)
  return Object.fromEntries([...places.keys()].toSorted().map((place) => [place, entryOf(packages[place])]))
}

/** Whether it is for us, for tests, or for one platform is ours alone. */
export function entryOf(entry: LockedPackages[string] | undefined): LockedPackages[string] {
  const {
    dev: _dev,
    optional: _optional,
    devOptional: _devOptional,
    peer: _peer,
    ...rest
  }: Record<string, unknown> = {
    ...entry,
  }
  // What is left are npm's own members.
  return rest as unknown as LockedPackages[string]
}
