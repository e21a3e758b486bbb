import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { packageRoot } from './package-root.ts'

/** How other programs start this mcpwright: both paths are absolute, since desktop programs have no PATH of a shell. */
export interface OwnLaunch {
  readonly node: string
  readonly launcher: string
}

/**
 * @param root  the package's folder, or that of a copy which stays
 * @param pathVariable  of the person's shell: there may stand a name that outlives this Node's version
 */
export function ownLaunch({ root = packageRoot(), pathVariable = '' } = {}): OwnLaunch {
  return {
    node: bundledNode(root) ?? lastingName(process.execPath, pathVariable),
    launcher: path.join(root, 'bin', 'mcpwright.cjs'),
  }
}

/** The Node that was installed with the package stays as long as the package does. */
function bundledNode(root: string): string | undefined {
  const { platform, arch } = process
  const isWindows = platform === 'win32'
  for (const name of [`node-${isWindows ? 'win' : platform}-${arch}`, `node-bin-${platform}-${arch}`]) {
    try {
      const folder = path.dirname(createRequire(path.join(root, 'package.json')).resolve(`${name}/package.json`))
      const binary = path.join(folder, 'bin', isWindows ? 'node.exe' : 'node')
      if (existsSync(binary)) return binary
    } catch {
      // This platform has no such package, or it was left out at the installation.
    }
  }
  return undefined
}

/** `/opt/homebrew/bin/node` rather than the folder of one version, which the next upgrade removes. */
function lastingName(executable: string, pathVariable: string): string {
  const name = path.basename(executable)
  const candidates = pathVariable.split(path.delimiter).map((folder) => path.join(folder, name))
  return candidates.find((candidate) => path.isAbsolute(candidate) && isSameFile(candidate, executable)) ?? executable
}

function isSameFile(left: string, right: string): boolean {
  try {
    return realpathSync(left) === realpathSync(right)
  } catch {
    return false
  }
}
