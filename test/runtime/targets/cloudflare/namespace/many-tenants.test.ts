import http from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { listen } from '../../../../fixtures/cloudflare/listen.ts'
import { NAMESPACE, openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { callSay, PublishedServer } from '../../../../fixtures/publisher/open-publisher.ts'
import { roamingWorker } from '../../../../fixtures/publisher/roaming-worker.ts'

const signal = new AbortController().signal
const DISPATCHER = 'https://mcp-servers-dispatcher.acme.workers.dev'
const withDatabase = (id?: string) => ({
  'wrangler.jsonc': JSON.stringify({ d1_databases: [{ binding: 'MCP_STORE', database_id: id }] }),
})
const ann = new PublishedServer()
const bob = new PublishedServer()
const upstream = http.createServer((request, response) => {
  const leaves = request.url === '/leave'
  response.writeHead(leaves ? 302 : 200, leaves ? { location: 'https://other.example.com/' } : {})
  response.end('from the upstream')
})
let cloudflare: Cloudflare

/** In workerd: what counts is what the platform's own bindings do. Two servers stand there for all tests. */
beforeAll(async () => {
  const address = await listen(upstream)
  const upstreams = { 'api.example.com': address, 'other.example.com': address }
  cloudflare = await startCloudflare({ accounts: [{ plan: 'paid', zones: ['example.org'] }], upstreams })
  const target = openHostedPublisher(cloudflare)
  const first = ann.request(1, roamingWorker('ann'), {}, withDatabase())
  await target.apply({ ...first, hosts: ['api.example.com'] }, signal)
  const taken = String(ann.deployment.state['databaseId'])
  const settings = { domain: 'bob.example.org' }
  const second = bob.request(1, roamingWorker('bob'), settings, withDatabase(taken))
  await target.apply({ ...second, hosts: ['other.example.com'] }, signal)
})
afterAll(async () => {
  await cloudflare[Symbol.asyncDispose]()
  upstream.close().closeAllConnections()
})

it('serves each server at its name or its domain, and makes what stands around them once', async () => {
  expect(await callSay(cloudflare, `${DISPATCHER}/${ann.worker}/mcp`)).toBe('ann')
  expect(await callSay(cloudflare, 'https://bob.example.org/mcp')).toBe('bob')
  const made = [...cloudflare.account.scripts].map(([name, { versions }]) => [name, versions.length])
  expect(made).toEqual([
    ['mcp-servers-outbound', 1],
    ['mcp-servers-dispatcher', 1],
  ])
  expect(cloudflare.account.dispatch.get(NAMESPACE)?.scripts.size).toBe(2)
})

it("lets a server reach its own hosts with the raw fetch, and answers 403 for another tenant's", async () => {
  expect(await reach(ann, 'https://api.example.com/')).toEqual([200, 'from the upstream'])
  expect(await reach(ann, 'https://other.example.com/')).toMatchObject([403, expect.stringContaining('other.example')])
  expect(await reach(bob, 'https://other.example.com/')).toEqual([200, 'from the upstream'])
  expect(await reach(bob, 'https://api.example.com/')).toMatchObject([403, expect.any(String)])
})

it('asks the list again at every redirect', async () => {
  expect(await reach(ann, 'https://api.example.com/leave')).toMatchObject([
    403,
    expect.stringContaining('other.example'),
  ])
})

it("lets no server call another tenant's Worker, also not through the dispatcher", async () => {
  expect(await reach(ann, 'https://bob.example.org/health')).toMatchObject([403, expect.any(String)])
  expect(await reach(ann, `${DISPATCHER}/${bob.worker}/health`)).toMatchObject([403, expect.any(String)])
})

it("binds a server to its own database, also when its project names another tenant's", () => {
  const [first, second] = [ann, bob].map((server) => scriptOf(server).versions.at(-1)?.bindings)
  const idOf = (bindings: typeof first) => bindings?.find(({ type }) => type === 'd1')?.['id']
  expect(idOf(first)).toBe(ann.deployment.state['databaseId'])
  expect(idOf(second)).toBe(bob.deployment.state['databaseId'])
  expect(idOf(first)).not.toBe(idOf(second))
})

it('calls each server within the limits of the setting', async () => {
  await callSay(cloudflare, `${DISPATCHER}/${ann.worker}/mcp`)
  const { calls } = cloudflare.account.dispatch.get(NAMESPACE) ?? { calls: [] }
  expect(calls.at(-1)?.options.limits).toEqual({ cpuMs: 50, subRequests: 20 })
})

it('leaves a domain of one server with it when another asks for it', async () => {
  const taking = ann.request(2, roamingWorker('ann 2'), { domain: 'bob.example.org' }, withDatabase())
  await expect(openHostedPublisher(cloudflare).apply(taking, signal)).rejects.toMatchObject({
    code: 'TARGET_REFUSED',
    message: expect.stringMatching(/"bob.example.org" already belongs to another server.*What ran before runs on/),
  })
  expect(await callSay(cloudflare, 'https://bob.example.org/mcp')).toBe('bob')
  expect(await callSay(cloudflare, `${DISPATCHER}/${ann.worker}/mcp`)).toBe('ann')
})

async function reach(server: PublishedServer, address: string): Promise<[status: number, text: string]> {
  const root = server === bob ? 'https://bob.example.org' : `${DISPATCHER}/${server.worker}`
  const url = `${root}/?reach=${encodeURIComponent(address)}`
  const response = await cloudflare.fetch(url)
  return [response.status, await response.text()]
}

function scriptOf({ deployment }: PublishedServer) {
  const { scripts } = deployment.state['hosted'] as { readonly scripts: readonly { readonly name: string }[] }
  const script = cloudflare.account.dispatch.get(NAMESPACE)?.scripts.get(scripts[0]?.name ?? '')
  if (!script) throw new Error('The script is gone.')
  return script
}
