import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { linkTree } from './link-tree.ts'
import { type OwnLaunch, ownLaunch } from './own-launch.ts'
import { isInRunnerCache } from './runner-cache.ts'

/**
 * The folder of this package that stays: its own, or else that of a copy below the data directory. A copy rather than
 * a refusal, since a package runner is how most people meet mcpwright; it needs no network, and `mcpwright uninstall`
 * takes it away.
 */
export function lastingRoot(root: string, version: string, home: string): string {
  if (!isInRunnerCache(root)) return root
  return path.join(appFolder(home), version, path.basename(path.dirname(root)), path.basename(root))
}

/** Node and launcher where they stay, which `makeLastingCopy` makes true. */
export function lastingLaunch(root: string, version: string, home: string, pathVariable?: string): OwnLaunch {
  const { node, launcher } = ownLaunch({ root, ...(pathVariable !== undefined && { pathVariable }) })
  const modules = path.dirname(root)
  const lasting = path.dirname(lastingRoot(root, version, home))
  const move = (file: string): string =>
    file.startsWith(modules + path.sep) ? lasting + file.slice(modules.length) : file
  return { node: move(node), launcher: move(launcher) }
}

/** Copies the package, with the packages around it, where `lastingRoot` says. @returns whether a copy was made now */
export async function makeLastingCopy(root: string, version: string, home: string): Promise<boolean> {
  const lasting = lastingRoot(root, version, home)
  if (lasting === root || (await exists(path.join(lasting, 'package.json')))) return false
  const modules = path.dirname(root)
  const app = path.join(appFolder(home), version)
  await mkdir(appFolder(home), { recursive: true })
  // A folder for each call: of one process, too, several may copy at once.
  const unfinished = await mkdtemp(`${app}.`)
  try {
    await linkTree(modules, path.join(unfinished, path.basename(modules)))
    await rename(unfinished, app)
  } catch (error) {
    // Another has made it meanwhile, and something may run from it.
    if (!(await exists(path.join(lasting, 'package.json')))) throw error
    return false
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return true
}

/** Holds the copies, one folder a version. */
export function appFolder(home: string): string {
  return path.join(home, 'app')
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
