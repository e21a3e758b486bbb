import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Client } from '@modelcontextprotocol/client'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { openProjectFolder } from '../../src/pipeline/workshop/project-folder.ts'
import { checkStartup } from '../../test/fixtures/cloudflare/check-startup.ts'
import { serveModules } from '../../test/fixtures/start-worker.ts'
import { connect } from '../../test/runtime/library/worker/connect.ts'
import { type Figure, median, timed } from '../figure.ts'

export interface WorkerBench {
  /** Of the project, and bundled for Workers; its API answers on loopback. */
  readonly files: ProjectFiles
  readonly modules: ProjectFiles
  readonly cache: string
  readonly rounds: number
}

const ENV = { MCP_TOKEN: 'open-sesame', LIBRARY_TOKEN: 'correct-horse' }
const CALLS = 200

/** The same project in workerd and in Node, called over HTTP by the same client; each call goes through to the API. */
export async function measureWorker({ files, modules, cache, rounds }: WorkerBench): Promise<Figure[]> {
  const startup: number[] = []
  const firstCall: number[] = []
  const inWorkerd: number[] = []
  const inNode: number[] = []
  for (let round = 0; round < rounds; round++) {
    startup.push(await startupOf(modules))
    await using worker = await serveModules(modules, { env: ENV })
    firstCall.push(await timed(() => listTools(worker.url)))
    inWorkerd.push(await callsAt(worker.url))
    await using node = await serveOnNode(files, cache)
    inNode.push(await callsAt(node.url))
  }
  return [
    { what: 'start-up in workerd, beyond that of an empty Worker', unit: 'ms', limit: 50, values: startup },
    { what: 'first request in workerd, a tools/list', unit: 'ms', values: firstCall },
    { what: `a call of a tool in workerd, p50 of ${CALLS}`, unit: 'ms', values: inWorkerd },
    { what: `the same in Node, p50 of ${CALLS}`, unit: 'ms', values: inNode },
  ]
}

/** One start says little beside the others that a machine is at: of five each, by turns. */
async function startupOf(modules: ProjectFiles): Promise<number> {
  const whole: number[] = []
  const empty: number[] = []
  for (let start = 0; start < 5; start++) {
    whole.push(await startOf(modules))
    empty.push(await startOf({ 'worker.mjs': 'export default {}' }))
  }
  return median(whole) - median(empty)
}

/** Milliseconds until workerd listens: its own start, and the evaluation of the modules. */
function startOf(modules: ProjectFiles): Promise<number> {
  const type = 'application/javascript+module'
  const entries = Object.entries(modules).map(([name, text]) => [name, { type, content: Buffer.from(text) }] as const)
  const flags = { compatibilityDate: '2026-11-01', compatibilityFlags: ['nodejs_compat'], classes: [] }
  return checkStartup({ mainModule: 'worker.mjs', modules: new Map(entries), ...flags })
}

async function listTools(url: string): Promise<void> {
  const answer = await fetch(new URL('/mcp', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ENV.MCP_TOKEN}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  })
  const text = await answer.text()
  if (!text.includes('get_book')) throw new Error(`tools/list was answered with ${answer.status}: ${text}`)
}

async function callsAt(url: string): Promise<number> {
  const client = await connect(url, 'modern')
  const call = () => timed(() => callBook(client))
  for (let warm = 0; warm < CALLS / 4; warm++) await call()
  const times: number[] = []
  for (let count = 0; count < CALLS; count++) times.push(await call())
  await client.close()
  return median(times)
}

async function callBook(client: Client): Promise<void> {
  const { isError, content } = await client.callTool({ name: 'get_book', arguments: { bookId: 1 } })
  if (isError) throw new Error(`get_book failed: ${JSON.stringify(content)}`)
}

/** As its README says: built, then started. */
async function serveOnNode(files: ProjectFiles, cache: string): Promise<AsyncDisposable & { readonly url: string }> {
  const project = await openProjectFolder(files, cache, { packages: ['esbuild'] })
  execFileSync(process.execPath, ['build.mjs'], { cwd: project.folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const child = spawn(process.execPath, ['dist/http.mjs'], {
    cwd: project.folder,
    env: { ...ENV, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return {
    url: await urlOf(child),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      await project[Symbol.asyncDispose]()
    },
  }
}

async function urlOf({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('It was started without its pipe.')
  for await (const line of createInterface({ input: stderr })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (url) return url
  }
  throw new Error('The server ended before it listened.')
}
