import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { PlatformModules } from '../../../runtime/targets/cloudflare/target-options.ts'

/** The Workers of our own that stand around the servers of a dispatch namespace, each in one module. */
export async function bundlePlatform(): Promise<PlatformModules> {
  // In the package what is compiled lies beside this file as it does here.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const [dispatcher, outbound] = await Promise.all(
    ['dispatcher', 'outbound'].map((name) => bundle(new URL(`${FOLDER}/${name}.${extension}`, import.meta.url))),
  )
  return { dispatcher: { 'worker.mjs': dispatcher ?? '' }, outbound: { 'worker.mjs': outbound ?? '' } }
}

const FOLDER = '../../../runtime/targets/cloudflare/platform'

async function bundle(entry: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
