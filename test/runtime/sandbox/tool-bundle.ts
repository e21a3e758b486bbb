import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'

const LIBRARY = path.resolve(import.meta.dirname, '../../../runtime/library')
/** There is no such folder: its files are in memory, and its library is ours. */
const PROJECT = '/project'

/** Bundles tools as a build does: `bodies` are bodies of async functions `(input, context)` by tool name. */
export async function bundleOf(bodies: Readonly<Record<string, string>>, before = ''): Promise<string> {
  const names = Object.keys(bodies)
  const entry = `
${names.map((name) => `import ${name} from './src/tools/${name}.ts'`).join('\n')}
export const code = { tools: { ${names.join(', ')} }, resources: {}, prompts: {} }
export { runCode } from './src/lib/code.ts'
export { askingClient } from './src/lib/input-needed.ts'
export { callOperation } from './src/lib/call-operation.ts'
export { toToolResult } from './src/lib/tool-result.ts'
`
  const tools = new Map(
    names.map((name) => [
      `${PROJECT}/src/tools/${name}.ts`,
      `${before}\nexport default async function ${name}(input, context) {\n${bodies[name]}\n}`,
    ]),
  )
  const result = await build({
    stdin: { contents: entry, resolveDir: PROJECT, sourcefile: 'entry.ts', loader: 'ts' },
    absWorkingDir: PROJECT,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    write: false,
    logLevel: 'silent',
    plugins: [projectInMemory(tools)],
  })
  return result.outputFiles[0]?.text ?? ''
}

function projectInMemory(tools: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'project-in-memory',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path: asked, resolveDir, importer }) => ({
        path: path.resolve(importer.startsWith(PROJECT) ? path.dirname(importer) : resolveDir, asked),
      }))
      onLoad({ filter: /^\/project\// }, async ({ path: asked }) => ({
        contents: tools.get(asked) ?? (await readFile(path.join(LIBRARY, path.basename(asked)), 'utf8')),
        loader: 'ts',
      }))
    },
  }
}
