import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'
import type { ProjectFiles } from '../../model/project-files.ts'
import { packageRoot } from '../../config/package-root.ts'

/**
 * Bundles a project's two artefacts. `local.mjs` is the server as it runs behind the bridge, asking the broker for
 * everything; `tools.mjs` holds the hand-written code and the runtime library without the SDK, and runs alike in an
 * isolate, in Node and in workerd. `operations.json` stays data beside them.
 * @param folders  where the project lies, as generated and with what was changed by hand
 */
export async function bundleProject(folders: ProjectFolders, files: ProjectFiles): Promise<ProjectFiles> {
  const [local, tools] = await Promise.all([
    bundle(folders.generated, localEntry(), {
      platform: 'node',
      target: 'node24',
      supported: { 'import-attributes': true },
      plugins: [operationsStayData],
      banner: { js: REQUIRE },
    }),
    bundleTools(folders.changed, files),
  ])
  return { 'local.mjs': local, 'tools.mjs': tools, 'operations.json': files['src/operations.json'] ?? '' }
}

export interface ProjectFolders {
  readonly generated: string
  readonly changed: string
}

/** The server on its own, over stdio, as its build script makes it: `operations.json` stays data beside it. */
export function bundleStandalone(folder: string): Promise<string> {
  return bundle(folder, "import './src/entries/stdio.ts'", {
    metafile: true,
    platform: 'node',
    target: 'node20',
    supported: { 'import-attributes': true },
    plugins: [operationsStayData],
    banner: { js: REQUIRE },
  })
}

/** What is CommonJS inside of the bundle asks for Node's own modules with it. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** The code and the runtime library alone. Not minified: errors show its names. */
export function bundleTools(folder: string, files: ProjectFiles): Promise<string> {
  const call = 'src/protocols.ts' in files ? CALL_BY_PROTOCOLS : CALL
  return bundle(folder, TOOLS_ENTRY + call, {
    platform: 'neutral',
    // Packages without `exports`.
    mainFields: ['module', 'main'],
    target: 'es2023',
    minify: false,
    metafile: true,
  })
}

const TOOLS_ENTRY = `
export { code } from './src/code.ts'
export { runCode } from './src/lib/code.ts'
export { askingClient } from './src/lib/input-needed.ts'
export { toToolResult } from './src/lib/tool-result.ts'
`

const CALL = `export { callOperation } from './src/lib/call-operation.ts'`
const CALL_BY_PROTOCOLS = `
import { callOperation as call } from './src/lib/call-operation.ts'
import { protocols } from './src/protocols.ts'
export const callOperation = (operation, input, context) => call(operation, input, { ...context, protocols })
`

function localEntry(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const base = extension === 'ts' ? packageRoot() : path.join(packageRoot(), 'dist')
  const host = path.join(base, 'runtime', 'broker-host', `broker-host.${extension}`)
  return `
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createServer } from './src/server.ts'
import { brokerHost } from ${JSON.stringify(host)}
serveStdio(createServer(brokerHost()))
`
}

const operationsStayData: Plugin = {
  name: 'operations-stay-data',
  setup({ onResolve }) {
    onResolve({ filter: /operations\.json$/ }, () => ({ path: './operations.json', external: true }))
  },
}

async function bundle(folder: string, contents: string, options: BuildOptions): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: folder, sourcefile: 'entry.ts', loader: 'ts' },
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    write: false,
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    ...options,
  })
  if (result.metafile) await refuseForeignInputs(folder, Object.keys(result.metafile.inputs))
  return result.outputFiles?.[0]?.text ?? ''
}

/** What was changed by hand was looked through before; should it lead out of the project all the same, it gets no further. */
export async function refuseForeignInputs(folder: string, inputs: readonly string[]): Promise<void> {
  const real = await realpath(folder)
  const isOurs = (file: string) =>
    file.startsWith(`${real}${path.sep}`) || file.includes(`${path.sep}node_modules${path.sep}`)
  const foreign = inputs.find((input) => input !== 'entry.ts' && !isOurs(path.resolve(real, input)))
  if (foreign !== undefined) throw new Error(`A file of the project takes in "${foreign}", which is none of it.`)
}
