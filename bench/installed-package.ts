import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { pack } from '../scripts/build-package.ts'

/** The tarball as a person has it: packed, and installed in a folder of its own. */
export async function installPackage(): Promise<AsyncDisposable & { readonly installation: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-installed-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const tarball = await pack(folder)
    await writeFile(path.join(folder, 'package.json'), '{"private": true}')
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball], {
      cwd: folder,
    })
    return {
      installation: path.join(folder, 'node_modules', 'mcpwright'),
      [Symbol.asyncDispose]: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
