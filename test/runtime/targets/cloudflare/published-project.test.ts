import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { emitProject } from '../../../../generators/project/emit-project.ts'
import { createWrangler } from '../../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { findWrangler } from '../../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import { bundleWorker } from '../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../src/pipeline/workshop/package-sources.ts'
import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import type { ServerDefinition } from '../../../../src/model/server-definition.ts'
import { tasksDefinition } from '../../../conformance/tasks-server.ts'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { API_KEY, openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { deskDefinition } from '../../library/worker/desk-definition.ts'
import { taskClient } from '../../library/worker/task-client.ts'

const signal = new AbortController().signal
const server = new PublishedServer()
let cloudflare: Cloudflare
let cache: string

beforeAll(async () => {
  cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-published-'))
  cloudflare = await startCloudflare()
})
afterAll(async () => {
  await cloudflare[Symbol.asyncDispose]()
  await rm(cache, { recursive: true, force: true })
})

it('publishes a generated project through the real wrangler, with its secrets and database', async () => {
  const { endpointUrl } = await publisher().apply(await request(1, {}), signal)
  await using client = await connect(endpointUrl, API_KEY)
  expect(await call(client, 'shout', 'hello')).toBe('HELLO')
  expect(await call(client, 'remember', 'a note')).toBe('["note"]')
  await expect(connect(endpointUrl, 'guessed')).rejects.toThrow(/401|Unauthorized/)
  expect(cloudflare.hasHeard(API_KEY)).toBe(false)
})

it('goes on with what is stored and with what somebody else has bound, and begins sessions', async () => {
  const script = cloudflare.account.scripts.get(server.worker)
  const last = script?.versions.at(-1)
  if (!script || !last) throw new Error('The Worker is gone.')
  const theirs = { name: 'THEIRS', type: 'plain_text', text: 'theirs' }
  const id = crypto.randomUUID()
  script.versions.push({ ...last, id, number: 3, bindings: [...last.bindings, theirs], annotations: {} })
  script.deployments.push({
    id: 'd',
    createdOn: new Date().toISOString(),
    versions: [{ version_id: id, percentage: 100 }],
    annotations: {},
  })
  const { endpointUrl, notes } = await publisher().apply(await request(2, { sessions: true }), signal)
  expect(notes).toEqual([expect.stringContaining('Its Durable Objects are new')])
  await using client = await connect(endpointUrl, API_KEY)
  expect(await call(client, 'recall', '')).toContain('a note')
  expect(script.versions.at(-1)?.bindings).toContainEqual(theirs)
  expect(script.versions.at(-1)?.bindings.map(({ name }) => name)).toContain('MCP_SESSIONS')
})

it('lets calls go on as tasks, without another migration of its Durable Objects', async () => {
  const { endpointUrl, notes } = await publisher().apply(await request(3, { sessions: true }, withTasks), signal)
  expect(notes).toBeUndefined()
  const client = taskClient(endpointUrl, API_KEY, cloudflare.fetch)
  const { taskId, resultType } = await client.call('slow_compute', { seconds: 0.2 })
  expect(resultType).toBe('task')
  expect(await client.settled(taskId)).toMatchObject({ status: 'completed' })
})

const desk = deskDefinition('desk.example')
const withTasks = { ...desk, tools: [...desk.tools, ...tasksDefinition.tools] }

function publisher() {
  const registry = { searchPath: '', home: '', network: {} }
  const wrangler = createWrangler({
    findProgram: (abort) => findWrangler({ wranglers: '', registry }, abort),
    scratch: cache,
  })
  return openPublisher(cloudflare, {
    wrangler,
    secretsOf: async () => ({ values: { DESK_TOKEN: 'desk-token' }, missing: [] }),
    trialCallOf: async () => ({ tool: 'shout', input: { text: 'trial' } }),
  })
}

async function request(
  version: number,
  settings: DeploymentRequest['settings'],
  definition: ServerDefinition = desk,
): Promise<DeploymentRequest> {
  const files: ProjectFiles = emitProject(definition, projectSurroundings())
  return server.request(version, await bundleWorker(files, cache), settings, files)
}

async function connect(endpointUrl: string, key: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpointUrl), { fetch: cloudflare.fetch, requestInit }),
  )
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

async function call(client: Client, name: string, text: string): Promise<string> {
  const { content } = await client.callTool({ name, arguments: { text } })
  const [first] = content
  return first?.type === 'text' ? first.text : ''
}
