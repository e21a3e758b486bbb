/**
 * Makes mcpwright itself as a bundle that a person opens in Claude Desktop (MCPB manifest 0.3), for the platform that
 * this runs on, with the Node that belongs to it:
 *
 *     node scripts/build-mcpb.ts [folder]    mcpwright-<version>-<platform>.mcpb, by default in this checkout
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AsyncZippable, zip } from 'fflate'
import { pack, runNpm } from './build-package.ts'

const root = path.resolve(import.meta.dirname, '..')

interface BundleOptions {
  /** Of the compression, 0 to 9. */
  readonly level?: 0 | 6 | 9
}

/**
 * @param installed  the folder of an installed mcpwright with its packages below it, as a global installation has it
 * @returns the bundle's path
 */
export async function bundleInstalled(
  installed: string,
  destination: string,
  { level = 6 }: BundleOptions = {},
): Promise<string> {
  const own: { version: string; description: string } = JSON.parse(
    readFileSync(path.join(installed, 'package.json'), 'utf8'),
  )
  const node = bundledNode(installed)
  const manifest = `${JSON.stringify(describeBundle(own, node), null, 2)}\n`
  const files: AsyncZippable = { 'manifest.json': Buffer.from(manifest) }
  for (const file of keptFiles(installed)) {
    const from = path.join(installed, file)
    // Unix, with the mode in the upper half of the attributes (APPNOTE 6.3.10, 4.4.2.2 and 4.4.15).
    const attrs = (statSync(from).mode & 0o777) << 16
    files[file.split(path.sep).join('/')] = [readFileSync(from), { os: 3, attrs, mtime: MADE }]
  }
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    zip(files, { level, mtime: MADE, consume: true }, (error, made) => (error ? reject(error) : resolve(made)))
  })
  mkdirSync(destination, { recursive: true })
  const file = path.join(destination, `mcpwright-${own.version}-${process.platform}-${process.arch}.mcpb`)
  writeFileSync(file, bytes)
  return file
}

/** The same files give the same bytes; zip knows no time before 1980. */
const MADE = new Date(1980, 0, 1)

/**
 * A "binary" rather than a "node" bundle: Claude Desktop may run the latter inside its own program, from which no
 * daemon can be started.
 */
function describeBundle({ version, description }: { version: string; description: string }, node: string) {
  return {
    manifest_version: '0.3',
    name: 'mcpwright',
    display_name: 'mcpwright',
    version,
    description,
    icon: 'docs/icon.png',
    author: { name: 'mcpwright' },
    license: 'MIT',
    server: {
      type: 'binary',
      entry_point: node,
      mcp_config: { command: `\${__dirname}/${node}`, args: ['${__dirname}/bin/mcpwright.cjs'] },
    },
    tools_generated: true,
    compatibility: { platforms: [process.platform] },
  }
}

/** From the bundle's root, with forward slashes. */
function bundledNode(installed: string): string {
  const names = readdirSync(path.join(installed, 'node_modules')).filter((name) => /^node-(bin-)?\w+-\w+$/.test(name))
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const name of names) {
    const file = `node_modules/${name}/bin/${binary}`
    if (statSync(path.join(installed, file), { throwIfNoEntry: false })) return file
  }
  throw new Error(`No Node for ${process.platform}-${process.arch} is installed in "${installed}".`)
}

function keptFiles(installed: string): string[] {
  return readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)))
    .filter((file) => !isLeftOut(file.split(path.sep).join('/')))
    .toSorted()
}

/** What nothing loads: half of an installation. Types stay, since generated servers are checked against them. */
function isLeftOut(file: string): boolean {
  if (!file.startsWith('node_modules/')) return false
  const prebuild = /isolated-vm\/prebuilds\/([^/]+)\//.exec(file)?.[1]
  if (prebuild !== undefined) return prebuild !== `${process.platform}-${process.arch}`
  return /\.map$|\/(README|CHANGELOG)\.md$|^node_modules\/\.|^node_modules\/node-[\w-]+\/(include|share)\//.test(file)
}

/** Packs this checkout and installs it aside, with the versions that the registry has for this platform. */
async function buildBundle(destination: string): Promise<string> {
  const staging = mkdtempSync(path.join(tmpdir(), 'mcpwright-mcpb-'))
  try {
    const tarball = await pack(staging)
    runNpm(['install', '--global', '--no-audit', '--no-fund', '--prefix', staging, tarball], staging)
    const modules = process.platform === 'win32' ? 'node_modules' : 'lib/node_modules'
    return await bundleInstalled(path.join(staging, modules, 'mcpwright'), destination)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

if (import.meta.main) console.log(await buildBundle(path.resolve(process.argv[2] ?? root)))
