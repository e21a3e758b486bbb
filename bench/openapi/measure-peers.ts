import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseDescription } from '../../generators/importers/openapi/parse-description.ts'
import { type ListedTool, problemsOf, sizesOf } from './check-tools.ts'
import { operationPointers } from './count-operations.ts'
import type { Outcome } from './outcome.ts'

type ListTools = (file: string) => Promise<readonly ListedTool[]>

/** How a peer is measured: its own way to the tools of a file, then the checks that ours are put to. */
export async function peerMeasures(peer: string, folder: string): Promise<(file: string) => Promise<Outcome>> {
  const list = peer === 'generator' ? await generatorTools(folder) : await serverTools(folder)
  return async (file) => {
    const started = performance.now()
    try {
      const tools = await list(file)
      const ms = performance.now() - started
      return {
        kind: 'listed',
        file,
        ms,
        tools: tools.length,
        operations: operationPointers(parseDescription(readFileSync(file, 'utf8'))).length,
        skipped: [],
        missing: [],
        problems: problemsOf(tools),
        ...sizesOf(tools),
      }
    } catch (error) {
      return { kind: 'failed', file, reason: error instanceof Error ? error.message.slice(0, 200) : String(error) }
    }
  }
}

async function generatorTools(folder: string): Promise<ListTools> {
  const entry = path.join(folder, 'node_modules', 'openapi-mcp-generator', 'dist', 'api.js')
  // Its documented programmatic API.
  const { getToolsFromOpenApi } = (await import(pathToFileURL(entry).href)) as {
    getToolsFromOpenApi(file: string, options: { dereference: boolean }): ReturnType<ListTools>
  }
  return (file) => getToolsFromOpenApi(file, { dereference: true })
}

async function serverTools(folder: string): Promise<ListTools> {
  const entry = path.join(folder, 'node_modules', '@ivotoby', 'openapi-mcp-server', 'dist', 'bundle.js')
  interface Loader {
    loadOpenAPISpec(file: string, method: 'file'): Promise<object>
    parseOpenAPISpec(spec: object): Map<string, ListedTool>
  }
  // Its exported library.
  const { OpenAPISpecLoader } = (await import(pathToFileURL(entry).href)) as { OpenAPISpecLoader: new () => Loader }
  return async (file) => {
    const loader = new OpenAPISpecLoader()
    return [...loader.parseOpenAPISpec(await loader.loadOpenAPISpec(file, 'file')).values()]
  }
}
