/**
 * Makes what is published, in two steps that also stand alone:
 *
 *     node scripts/build-package.ts build [folder]   compiled code and the database template, by default in dist/
 *     node scripts/build-package.ts pack [folder]    mcpwright-<version>.tgz, by default in this checkout
 *
 * Packing is no `prepack` script, because npm skips that one where scripts are off, as they are here.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeTemplate } from '../src/queue/make-template.ts'
import { bundleBridge } from './bundle-bridge.ts'

const root = path.resolve(import.meta.dirname, '..')

interface PackageJson {
  readonly scripts?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/**
 * Compiles to `folder`, since Node strips no types inside node_modules, and puts the bridge as one file and the
 * migrated database beside it.
 */
export async function build(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  runTool('typescript', 'bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', folder])
  await bundleBridge(folder)
  await makeTemplate(folder)
}

/** @returns the tarball's path */
export async function pack(destination: string): Promise<string> {
  const staging = mkdtempSync(path.join(tmpdir(), 'mcpwright-pack-'))
  try {
    await build(path.join(staging, 'dist'))
    for (const part of [
      'bin',
      'migrations',
      'runtime/library',
      'generators/catalogue/apis.json',
      'generators/templates',
      'docs',
      'README.md',
      'LICENSE',
    ]) {
      cpSync(path.join(root, part), path.join(staging, part), { recursive: true })
    }
    for (const name of BUNDLED) bundlePackage(name, staging)
    writeJson(path.join(staging, 'package.json'), publishedPackage(readJson(path.join(root, 'package.json'))))
    mkdirSync(destination, { recursive: true })
    const output = runNpm(['pack', '--json', '--pack-destination', destination], staging)
    // npm's own words, one entry a package: a list up to npm 11, an object by name after.
    const packed: Record<string, { filename: string }> = JSON.parse(output)
    return path.join(destination, Object.values(packed)[0]?.filename ?? '')
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/**
 * isolated-vm goes into the tarball, with its ready builds. As a dependency it would be compiled by the user's npm
 * whenever that runs on a Node other than ours (its install script finds no build for it), and that fails; as an
 * optional dependency npm leaves it out without a word, since it wants Node 24 and the host may have 20.
 */
const BUNDLED = ['isolated-vm', 'node-gyp-build']
const LOADED_FILES = /^(package\.json|LICENSE|prebuilds|.*\.js|.*\.d\.ts)$/

function bundlePackage(name: string, staging: string): void {
  const source = path.join(root, 'node_modules', name)
  const target = path.join(staging, 'node_modules', name)
  cpSync(source, target, {
    recursive: true,
    filter: (file) => file === source || LOADED_FILES.test(path.relative(source, file).split(path.sep)[0] ?? ''),
  })
  const {
    scripts: _scripts,
    gypfile: _gypfile,
    engines: _engines,
    devDependencies: _dev,
    ...rest
  } = readJson(path.join(source, 'package.json'))
  // npm would add "node-gyp rebuild" by itself if it found a binding.gyp; that file is not copied.
  writeJson(path.join(target, 'package.json'), rest)
}

/** Without what only the checkout has. `start` stays: it is what a hosting platform calls. */
function publishedPackage({ scripts, devDependencies: _dev, ...rest }: PackageJson): PackageJson {
  const own = rest as PackageJson & { dependencies: Record<string, string> }
  const bundled = Object.fromEntries(BUNDLED.map((name) => [name, installedVersion(name)]))
  return {
    ...own,
    scripts: { start: scripts?.start ?? '' },
    dependencies: { ...own.dependencies, ...bundled },
    bundleDependencies: BUNDLED,
  }
}

function installedVersion(name: string): string {
  return String(readJson(path.join(root, 'node_modules', name, 'package.json')).version)
}

/** @returns what npm wrote; no package's script runs */
export function runNpm(words: readonly string[], cwd: string): string {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  return execFileSync(npm, [...words, '--ignore-scripts'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
}

function runTool(name: string, file: string, args: readonly string[]): void {
  execFileSync(process.execPath, [path.join(root, 'node_modules', name, file), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
}

function readJson(file: string): PackageJson {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

if (import.meta.main) {
  const [command, folder] = process.argv.slice(2)
  if (command === 'build') await build(path.resolve(folder ?? path.join(root, 'dist')))
  else if (command === 'pack') console.log(await pack(path.resolve(folder ?? root)))
  else throw new Error(`"${command}" is neither "build" nor "pack".`)
}
