import { createHash } from 'node:crypto'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { ProjectFiles } from '../../model/project-files.ts'
import { refuseForeignInputs } from './bundle-project.ts'
import { openProjectFolder } from './project-folder.ts'

/**
 * Bundles a project for Cloudflare Workers: `worker.mjs` is the entry, `operations.mjs` its data, and what is loaded
 * only when it is needed stands in chunks beside them. The same files give the same bytes, wherever they lie.
 * @param files  of the project, with what was changed by hand
 */
export async function bundleWorker(files: ProjectFiles, cache: string): Promise<ProjectFiles> {
  await using project = await openProjectFolder(files, cache)
  const { outputFiles, metafile } = await build({
    entryPoints: { worker: 'src/entries/worker.ts' },
    absWorkingDir: project.folder,
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    // Packages without `exports`.
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    target: 'es2024',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
    plugins: [operationsApart],
  })
  await refuseForeignInputs(project.folder, Object.keys(metafile.inputs))
  const modules = outputFiles.map((file) => [path.basename(file.path), file.text] as const)
  return { ...namedByContent(modules), 'operations.mjs': operationsModule(files['src/operations.json'] ?? 'null') }
}

const operationsApart: Plugin = {
  name: 'operations-apart',
  setup({ onResolve }) {
    onResolve({ filter: /operations\.json$/ }, () => ({ path: './operations.mjs', external: true }))
  },
}

/** Parsed rather than written as a literal: engines read JSON faster, and `__proto__` stays a name. */
function operationsModule(json: string): string {
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(json)))})\n`
}

/** esbuild's names of chunks depend on where packages lie on the disk; these depend on the texts alone. */
function namedByContent(modules: readonly (readonly [name: string, text: string])[]): ProjectFiles {
  const chunks = modules.map(([name]) => name).filter((name) => name !== 'worker.mjs')
  const renamed = (text: string, newName: (name: string) => string) =>
    chunks.reduce((changed, name) => changed.replaceAll(name, newName(name)), text)
  const names = new Map(
    modules.map(([name, text]) => {
      const digest = createHash('sha256')
        .update(renamed(text, () => ''))
        .digest('hex')
        .slice(0, 8)
      return [name, name === 'worker.mjs' ? name : `${name.replace(/-[^-]*$/, '')}-${digest}.mjs`] as const
    }),
  )
  const nameOf = (name: string) => names.get(name) ?? name
  const files = modules.map(([name, text]) => [nameOf(name), renamed(text, nameOf)] as const)
  return Object.fromEntries(files.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
