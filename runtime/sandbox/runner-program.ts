import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a runner process runs. */
export interface RunnerProgram {
  readonly file: string
  /** Node's arguments before the file. */
  readonly nodeArguments: readonly string[]
}

/**
 * The program beside this file, with everything closed that Node's permission model can close: it reads its own
 * folder and isolated-vm, writes nothing and starts nothing. Addons have to be allowed, isolated-vm is one.
 * @throws Error when isolated-vm is not installed
 */
export function runnerProgram(): RunnerProgram {
  const here = fileURLToPath(import.meta.url)
  const folder = path.dirname(here)
  const readable = [
    folder,
    ...addonFolders(),
    // isolated-vm looks there for the C library of the system.
    '/etc/alpine-release',
  ]
  return {
    file: path.join(folder, `runner-main${path.extname(here)}`),
    nodeArguments: [
      '--permission',
      '--allow-addons',
      ...readable.map((allowed) => `--allow-fs-read=${allowed}`),
      '--no-node-snapshot',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=SecurityWarning',
    ],
  }
}

function addonFolders(): string[] {
  const resolver = createRequire(import.meta.url)
  const addon = resolver.resolve('isolated-vm/package.json')
  const loader = createRequire(addon).resolve('node-gyp-build/package.json')
  return [path.dirname(addon), path.dirname(loader)]
}
