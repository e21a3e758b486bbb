import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, expect, it, vi } from 'vitest'
import { emitProject } from '../../../generators/project/emit-project.ts'
import type { ProjectFiles } from '../../../src/model/project-files.ts'
import { bundleWorker } from '../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../../src/pipeline/workshop/project-folder.ts'
import { sqliteD1 } from '../../fixtures/sqlite-d1.ts'
import { definitionOf } from '../../contracts/template-contract.ts'

/** What Cloudflare calls of a Worker. */
interface Worker {
  fetch(request: Request, env: object): Promise<Response>
  scheduled(event: object, env: object): Promise<void>
}

afterEach(() => void vi.useRealTimers())

it('a Worker of the scheduler is called by its cron trigger each minute, and runs what is due', async () => {
  const files = emitProject(definitionOf('agent-scheduler', 'Reminds.'), projectSurroundings())
  expect(JSON.parse(files['wrangler.jsonc'] ?? '')).toMatchObject({
    triggers: { crons: ['* * * * *'] },
    d1_databases: [{ binding: 'MCP_STORE' }],
  })
  await using temporary = await temporaryFolder()
  const worker = await loadWorker(files, temporary.folder)
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-02T07:59:30Z') })
  const env = { MCP_TOKEN: 'open-sesame', MCP_STORE: sqliteD1() }
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(
    new StreamableHTTPClientTransport(new URL('https://clock.example/mcp'), {
      requestInit: { headers: { authorization: 'Bearer open-sesame' } },
      fetch: (input, init) => worker.fetch(new Request(input, init), env),
    }),
  )
  const tea = { name: 'tea', cron: '0 8 * * *', job: 'remind', input: { text: 'Tea.' } }
  await client.callTool({ name: 'create_schedule', arguments: tea })
  await worker.scheduled({}, env)
  const runs = async () =>
    (await client.callTool({ name: 'get_schedule', arguments: { name: 'tea' } })).structuredContent
  expect(await runs()).toMatchObject({ schedule: { runs: [] } })
  vi.setSystemTime(new Date('2026-03-02T08:00:05Z'))
  await worker.scheduled({}, env)
  expect(await runs()).toMatchObject({ schedule: { runs: [{ missed: 0, result: { reminder: 'Tea.' } }] } })
  await client.close()
})

it('a server without what recurs has no cron trigger', () => {
  const files = emitProject(definitionOf('agent-task-manager', 'Keeps.'), projectSurroundings())
  expect(files['wrangler.jsonc']).not.toContain('crons')
  expect(files['src/entries/worker.ts']).not.toContain('tick')
  expect(files['src/entries/http.ts']).not.toContain('setInterval')
})

/** As it is published. */
async function loadWorker(files: ProjectFiles, folder: string): Promise<Worker> {
  await writeFiles(folder, await bundleWorker(files, folder))
  const loaded: { readonly default: Worker } = await import(pathToFileURL(path.join(folder, 'worker.mjs')).href)
  return loaded.default
}

async function temporaryFolder(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-worker-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
