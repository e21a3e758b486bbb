import { build } from 'esbuild'
import { serveModules } from '../../../fixtures/start-worker.ts'
import { type Host, HOST_ENV, type HostCall, type SeenCall } from './host.ts'

/** The bundle in workerd, which runs Cloudflare Workers: a Worker on a loopback port, with a database. */
export async function openWorkerdHost(bundle: string): Promise<Host> {
  const modules = { 'worker.mjs': await bundleEntry(), 'tools.mjs': bundle }
  const worker = await serveModules(modules, { env: HOST_ENV, bindings: ['MCP_STORE'] })
  return {
    async call(call: HostCall): Promise<SeenCall> {
      const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(call) })
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as SeenCall
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}

/** Each call has a table of its own. */
async function bundleEntry(): Promise<string> {
  const contents = `
import { d1Store } from '../../../../runtime/library/worker/d1-store.ts'
import { code } from './tools.mjs'
import { callStandalone } from './call-standalone.ts'
let calls = 0
export default {
  async fetch(request, { MCP_STORE, ...env }) {
    return Response.json(await callStandalone(code, env, await request.json(), d1Store(MCP_STORE, 'call_' + ++calls)))
  },
}
`
  const result = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    external: ['./tools.mjs'],
    format: 'esm',
    platform: 'neutral',
    write: false,
  })
  return result.outputFiles[0]?.text ?? ''
}
