import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ProjectSurroundings } from './emit-project.ts'
import { OWN_PACKAGES } from './emit-package.ts'
import { EXTERNAL_LIBRARY } from './emit-external.ts'
import { libraryOf, packagesOfProtocol, PROTOCOLS } from './emit-protocols.ts'
import { jsonText } from './source-text.ts'

export interface RenewedProject {
  /** The files that become others, with their new texts. */
  readonly changed: ProjectFiles
  /** In `src/lib`, and not of this library: of an earlier one, or a person's own. */
  readonly unknown: readonly string[]
}

/**
 * What becomes of a written project that stands alone when its runtime library and the versions of its packages are
 * renewed. Which part of the library it needs is seen by which it has.
 * @param files  the project as it is; undefined is given when it is none
 */
export function renewProject(files: ProjectFiles, surroundings: ProjectSurroundings): RenewedProject | undefined {
  const packageJson = readPackage(files['package.json'])
  const has = (path: string) => Object.hasOwn(files, `${LIBRARY}${path}`)
  if (!packageJson || !has('tool-context.ts')) return undefined
  const spoken = PROTOCOLS.filter((name) => has(`${name}/${name}-codec.ts`))
  const isConnected = EXTERNAL_LIBRARY.some(has)
  const needed = Object.entries(surroundings.library).filter(
    ([path]) =>
      PROTOCOLS.every((name) => spoken.includes(name) || !libraryOf(name, path)) &&
      (isConnected || !EXTERNAL_LIBRARY.includes(path)),
  )
  const library: ProjectFiles = Object.fromEntries(needed.map(([path, text]) => [`${LIBRARY}${path}`, text]))
  const packages = renewedPackages(
    packageJson,
    [...OWN_PACKAGES, ...spoken.flatMap(packagesOfProtocol)],
    surroundings.versions,
  )
  const renewed = { ...library, ...(packages && { 'package.json': jsonText(packages) }) }
  return {
    changed: Object.fromEntries(Object.entries(renewed).filter(([path, text]) => files[path] !== text)),
    unknown: Object.keys(files).filter((path) => path.startsWith(LIBRARY) && !Object.hasOwn(library, path)),
  }
}

const LIBRARY = 'src/lib/'

type Versions = Readonly<Record<string, string>>

interface PackageJson {
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
}

function readPackage(text: string | undefined): PackageJson | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '')
    // Its parts are looked at one by one.
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Undefined when all versions are the ones it has, so that its form stays. */
function renewedPackages(
  packageJson: PackageJson,
  needed: readonly string[],
  versions: Versions,
): PackageJson | undefined {
  const { dependencies = {}, devDependencies = {} } = packageJson
  const renew = (old: Versions, more: readonly string[] = []): Versions =>
    Object.fromEntries(
      [...new Set([...Object.keys(old), ...more])]
        .toSorted()
        .map((name) => [name, (Object.hasOwn(versions, name) ? versions[name] : undefined) ?? old[name] ?? '']),
    )
  const isSame = (left: Versions, right: Versions) => Object.keys(right).every((name) => left[name] === right[name])
  const [kept, forWork] = [renew(dependencies, needed), renew(devDependencies)]
  if (isSame(dependencies, kept) && isSame(devDependencies, forWork)) return undefined
  return { ...packageJson, dependencies: kept, devDependencies: forWork }
}
