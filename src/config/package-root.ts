import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder of mcpwright's own package.json: the checkout, or the installed package. What is neither code nor
 * compiled (migrations, templates) is found from here, alike from `src` and from `dist`.
 */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!isPackageRoot(folder)) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error(`No package.json of mcpwright above "${fileURLToPath(import.meta.url)}".`)
    folder = parent
  }
  return folder
}

function isPackageRoot(folder: string): boolean {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return false
  const { name }: { name?: unknown } = JSON.parse(readFileSync(file, 'utf8'))
  return name === 'mcpwright'
}
