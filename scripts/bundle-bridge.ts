/** `node scripts/bundle-bridge.ts [folder]`: writes bridge.mjs, which needs nothing but Node; by default to dist/. */
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')

/** @returns the file's path */
export async function bundleBridge(folder: string): Promise<string> {
  const outfile = path.join(folder, 'bridge.mjs')
  await build({
    entryPoints: [path.join(root, 'src/cli/bridge-main.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Natives that ws uses where they are installed; it does without them.
    external: ['bufferutil', 'utf-8-validate'],
    // ws and prom-client are CommonJS and ask for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    legalComments: 'eof',
    logLevel: 'error',
  })
  return outfile
}

if (import.meta.main) console.log(await bundleBridge(path.resolve(process.argv[2] ?? path.join(root, 'dist'))))
