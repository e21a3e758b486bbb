import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { emitProject } from '../../../../../generators/project/emit-project.ts'
import { createWrangler } from '../../../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { findWrangler } from '../../../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import { bundleWorker } from '../../../../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../../../../src/pipeline/workshop/package-sources.ts'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { NAMESPACE, openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { API_KEY, PublishedServer } from '../../../../fixtures/publisher/open-publisher.ts'
import { deskDefinition } from '../../../library/worker/desk-definition.ts'

const signal = new AbortController().signal
let cloudflare: Cloudflare
let cache: string

beforeAll(async () => {
  cache = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-hosted-'))
  cloudflare = await startCloudflare({ accounts: [{ plan: 'paid' }] })
})
afterAll(async () => {
  await cloudflare[Symbol.asyncDispose]()
  await rm(cache, { recursive: true, force: true })
})

it('hosts a generated project through the real wrangler: clients of both eras call it behind the dispatcher', async () => {
  const registry = { searchPath: '', home: '', network: {} }
  const target = openHostedPublisher(cloudflare, {
    wrangler: createWrangler({
      findProgram: (abort) => findWrangler({ wranglers: '', registry }, abort),
      scratch: cache,
    }),
    secretsOf: async () => ({ values: { DESK_TOKEN: 'desk-token' }, missing: [] }),
    trialCallOf: async () => ({ tool: 'shout', input: { text: 'trial' } }),
  })
  const desk = deskDefinition('desk.example')
  // A namespace has no cron triggers, which what is put off needs.
  const definition = { ...desk, tools: desk.tools.filter(({ name }) => name !== 'later') }
  const files = emitProject(definition, projectSurroundings())
  const request = new PublishedServer().request(1, await bundleWorker(files, cache), {}, files)
  const { endpointUrl } = await target.apply(request, signal)

  for (const mode of ['legacy', 'auto'] as const) {
    await using client = await connect(endpointUrl, API_KEY, mode)
    const { content } = await client.callTool({ name: 'shout', arguments: { text: mode } })
    expect(content).toMatchObject([{ text: mode.toUpperCase() }])
  }
  await expect(connect(endpointUrl, 'guessed', 'auto')).rejects.toThrow(/401|Unauthorized/)
  expect(cloudflare.hasHeard(API_KEY)).toBe(false)
})

it('binds the dispatcher to the namespace with the outbound Worker before it, and has opened the script that serves', () => {
  const { scripts, dispatch } = cloudflare.account
  expect(scripts.get('mcp-servers-dispatcher')?.versions.at(-1)?.bindings).toContainEqual({
    name: 'DISPATCHER',
    type: 'dispatch_namespace',
    namespace: NAMESPACE,
    outbound: { worker: { service: 'mcp-servers-outbound' }, params: [{ name: 'EGRESS' }] },
  })
  expect(scripts.get('mcp-servers-outbound')?.subdomain.enabled).toBe(false)
  const [script] = dispatch.get(NAMESPACE)?.scripts.values() ?? []
  const names = script?.versions.at(-1)?.bindings.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['DESK_TOKEN', 'MCP_KEY_HASHES', 'MCP_STORE']))
  expect(names).not.toContain('MCP_VERIFICATION_HASH')
})

async function connect(endpointUrl: string, key: string, mode: 'legacy' | 'auto'): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  const transport = new StreamableHTTPClientTransport(new URL(endpointUrl), { fetch: cloudflare.fetch, requestInit })
  await client.connect(transport)
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}
