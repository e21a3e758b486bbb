import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a runner process runs. */
export interface RunnerProgram {
  readonly file: string
  /** Node's arguments before the file. */
  readonly nodeArguments: readonly string[]
  /** The program's own arguments. */
  readonly programArguments: readonly string[]
}

/**
 * The program beside this file, with everything closed that Node's permission model can close: it reads its own
 * folder, the binary of isolated-vm and the package that guest/ imports, writes nothing and starts nothing. Addons have to be allowed, isolated-vm is
 * one; its binary is found here, since the way to it may lead over links that the runner may not read.
 * @throws Error when isolated-vm is not installed, or has no binary for this machine
 */
export function runnerProgram(): RunnerProgram {
  const here = fileURLToPath(import.meta.url)
  const folder = path.dirname(here)
  const addon = findAddon()
  const urlPattern = fileURLToPath(import.meta.resolve('urlpattern-polyfill/urlpattern'))
  return {
    file: path.join(folder, `runner-main${path.extname(here)}`),
    nodeArguments: [
      '--permission',
      '--allow-addons',
      `--allow-fs-read=${folder}`,
      `--allow-fs-read=${addon}`,
      `--allow-fs-read=${urlPattern}`,
      // isolated-vm asks for it.
      '--no-node-snapshot',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=SecurityWarning',
    ],
    programArguments: [addon, urlPattern],
  }
}

function findAddon(): string {
  const description = createRequire(import.meta.url).resolve('isolated-vm/package.json')
  // What isolated-vm loads itself with; it has no types.
  const loader = createRequire(description)('node-gyp-build') as { readonly path: (folder: string) => string }
  return loader.path(path.dirname(description))
}
