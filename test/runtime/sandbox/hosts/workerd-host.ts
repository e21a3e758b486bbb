import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'
import { type Host, HOST_ENV, type HostCall, type SeenCall } from './host.ts'

// The package gives the path of its binary; it has no types.
const { default: program } = createRequire(import.meta.url)('workerd') as { readonly default: string }

/** The bundle in workerd, which runs Cloudflare Workers: a Worker on a loopback port. */
export async function openWorkerdHost(bundle: string): Promise<Host> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'workerd-host-'))
  await writeFile(path.join(folder, 'tools.mjs'), bundle)
  await writeFile(path.join(folder, 'worker.mjs'), await bundleWorker())
  await writeFile(path.join(folder, 'config.capnp'), CONFIG)
  const child = spawn(program, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const exited = once(child, 'exit')
  const address = `http://127.0.0.1:${await portOf(child.stdio[3] as Readable, exited)}`
  return {
    async call(call: HostCall): Promise<SeenCall> {
      const response = await fetch(address, { method: 'POST', body: JSON.stringify(call) })
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as SeenCall
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true })
    },
  }
}

async function bundleWorker(): Promise<string> {
  const contents = `
import { code } from './tools.mjs'
import { callStandalone } from './call-standalone.ts'
export default { fetch: async (request, env) => Response.json(await callStandalone(code, env, await request.json())) }
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

/** workerd tells on its control channel where it listens. */
async function portOf(control: Readable, exited: Promise<unknown>): Promise<number> {
  const listening = (async () => {
    for await (const line of createInterface({ input: control })) {
      const event = JSON.parse(line) as { readonly event: string; readonly port?: number }
      if (event.event === 'listen' && event.port !== undefined) return event.port
    }
    return undefined
  })()
  const port = await Promise.race([listening, exited.then(() => undefined)])
  if (port === undefined) throw new Error('workerd ended before it listened.')
  return port
}

const bindings = Object.entries(HOST_ENV).map(([name, text]) => `(name = "${name}", text = "${text}")`)

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "worker.mjs", esModule = embed "worker.mjs"),
        (name = "tools.mjs", esModule = embed "tools.mjs"),
      ],
      compatibilityDate = "2026-09-01",
      bindings = [${bindings.join(', ')}],
    )),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`
