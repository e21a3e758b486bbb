import { closure, emitLock, type LockedPackages, type LockingPackage } from '../generators/project/locked-packages.ts'
import { entryOf } from './locked-for-projects.ts'

/** A package-lock.json of our wrangler alone, out of our own lock file: by it an installed mcpwright fetches wrangler. */
export function lockedForWrangler(lock: unknown): string {
  // npm wrote it: package-lock.json, lockfileVersion 3.
  const { packages } = lock as { readonly packages: LockedPackages }
  const places = [...closure(['wrangler'], packages).keys()]
  const locked = Object.fromEntries(places.map((place) => [place, entryOf(packages[place])]))
  const version = packages['node_modules/wrangler']?.version ?? ''
  const holder = { name: 'mcpwright-wrangler', version, dependencies: { wrangler: version }, devDependencies: {} }
  // A project's package.json names other packages; the lock file takes any.
  return emitLock(holder as unknown as LockingPackage, locked)
}
