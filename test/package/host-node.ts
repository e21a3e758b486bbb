import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** The PATH of a person's shell: without the folders that npm puts before it. */
export const hostPath = (process.env.PATH ?? '')
  .split(path.delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(path.delimiter)

/** The start of a command line for a Node that is too old for mcpwright: the host's, or ours that says it is old. */
export function olderNode(): readonly [string, ...string[]] {
  for (const folder of hostPath.split(path.delimiter)) {
    const node = path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(node) && isOld(node)) return [node]
  }
  return [process.execPath, '--require', path.join(import.meta.dirname, 'pretend-old-node.cjs')]
}

function isOld(node: string): boolean {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' })
  return Number(version.slice(1).split('.')[0]) < 24
}
