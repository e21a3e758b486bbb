import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { objectSettings } from '../../../../../generators/project/emit-wrangler.ts'
import { readState } from '../../../../../runtime/targets/cloudflare/state.ts'
import { MetaError } from '../../../../../src/errors/meta-error.ts'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { NAMESPACE, openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { callSay, openPublisher, PublishedServer } from '../../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const withStorage = {
  'wrangler.jsonc': JSON.stringify({
    d1_databases: [{ binding: 'MCP_STORE' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
let cloudflare: Cloudflare
let server: PublishedServer

beforeAll(async () => {
  cloudflare = await startCloudflare({
    runsIn: 'node',
    accounts: [{ plan: 'paid', zones: ['example.org'] }, { name: 'Free' }],
  })
})
afterAll(() => cloudflare[Symbol.asyncDispose]())
afterEach(() => cloudflare.clearFaults())
beforeEach(() => {
  server = new PublishedServer()
})

describe('a server in a dispatch namespace', () => {
  it('leaves what ran and nothing else when a new version does not pass its trial', async () => {
    const { endpointUrl } = await apply(1, 'one')
    const before = [...scripts()]
    const failing = server.request(2, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(target().apply(failing, signal)).rejects.toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message: expect.stringMatching(
        /did not pass its trial at the call of "say": no such book.*What ran before runs on/,
      ),
    })
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    expect(scripts()).toEqual(before)
  })

  it('leaves nothing of a first version that does not pass, its storage neither', async () => {
    const failing = server.request(1, tinyWorker({ text: '', fails: 'no such book' }), {}, withStorage)
    const held = storageCount()
    await expect(target().apply(failing, signal)).rejects.toMatchObject({
      message: expect.stringContaining('Nothing of it is left'),
    })
    expect([ownScripts(), storageCount() - held]).toEqual([[], 0])
    expect((await target().status(server.deployment)).state).toBe('stopped')
  })

  it('leaves what ran where a deploy is cancelled', async () => {
    const { endpointUrl } = await apply(1, 'one')
    const before = scripts()
    const controller = new AbortController()
    const tell = (message: string): void => {
      if (message.startsWith('Trying'))
        controller.abort(new MetaError('CANCELLED', 'A person cancelled it.', 'Deploy.'))
    }
    const cancelled = target().apply({ ...request(2, 'two'), tell }, controller.signal)
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    expect(scripts()).toEqual(before)
  })

  it('says what is left when it cannot be taken away, and the next deploy does that', async () => {
    const { endpointUrl } = await apply(1, 'one')
    cloudflare.fail({ method: 'DELETE', path: '/dispatch/', kind: { name: 'status', status: 403, message: 'Not now' } })
    const failing = server.request(2, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(target().apply(failing, signal)).rejects.toMatchObject({
      message: expect.stringMatching(/What ran before runs on. What the deploy made could not be taken away.*Not now/),
    })
    expect([await callSay(cloudflare, endpointUrl), ownScripts().length]).toEqual(['one', 2])
    await apply(1, 'one')
    await apply(3, 'three')
    expect(await callSay(cloudflare, endpointUrl)).toBe('three')
    expect(ownScripts()).toHaveLength(2)
  })

  it('says when what ran cannot be put back, and a repeat goes on from there', async () => {
    const { endpointUrl } = await apply(1, 'one')
    const kind = { name: 'status', status: 403, message: 'Not now' } as const
    // The first leads the verifier to the trial.
    cloudflare.fail({ method: 'PUT', path: '/bulk', from: 2, kind })
    const failing = server.request(2, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(target().apply(failing, signal)).rejects.toMatchObject({
      message: expect.stringMatching(/What ran before could not be put back.*Not now/),
    })
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    await apply(3, 'three')
    expect(await callSay(cloudflare, endpointUrl)).toBe('three')
    expect(ownScripts()).toHaveLength(2)
  })

  it('is closed to everybody but its verifier while it is tried', async () => {
    let asked: number | undefined
    const url = `https://mcp-servers-dispatcher.acme.workers.dev/${server.worker}/mcp`
    const trialCallOf = async () => {
      asked = (await cloudflare.fetch(url, { method: 'POST', headers: { 'mcp-verification': 'guessed' } })).status
      expect((await cloudflare.fetch(url, { method: 'POST' })).status).toBe(404)
      return undefined
    }
    await openHostedPublisher(cloudflare, { trialCallOf, accessOf }).apply(request(1, 'one'), signal)
    expect(asked).toBe(503)
  })

  it('goes back to the version before by its name alone, and to an earlier one by its kept build', async () => {
    const { endpointUrl } = await apply(1, 'one')
    await apply(2, 'two')
    expect(await uploadsOf(() => apply(1, 'one'))).toBe(0)
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    await apply(3, 'three')
    expect(await uploadsOf(() => apply(2, 'two'))).toBe(2)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
    const versions = (await target().versions?.(server.deployment)) ?? []
    expect(versions.map(({ version, share }) => [version, share])).toEqual([
      [2, 100],
      [3, 0],
    ])
    expect(ownScripts()).toHaveLength(2)
  })

  it('tells what it was asked, by all the scripts that it has had', async () => {
    const other = new PublishedServer()
    await target().apply(other.request(1, tinyWorker({ text: 'other' })), signal)
    await apply(1, 'one')
    const [first = ''] = ownScripts()
    await apply(2, 'two')
    const { endpointUrl } = await apply(3, 'three')
    await callSay(cloudflare, endpointUrl)
    expect(scripts()).not.toContain(first)
    const { calls } = cloudflare.account.dispatch.get(NAMESPACE) ?? { calls: [] }
    for (const { worker, deployment } of [server, other]) {
      const requests = calls.filter(({ script }) => script.startsWith(`${worker}--`)).length
      const used = { requests, errors: 0, cpuMsP50: 1.5, cpuMsP99: 9 }
      expect(await target().usage?.(deployment)).toMatchObject(used)
    }
    expect(await target().usage?.(new PublishedServer().deployment)).toBe(undefined)
  })

  it('has only the secrets that it has now', async () => {
    const holding = (values: Readonly<Record<string, string>>) =>
      openHostedPublisher(cloudflare, { accessOf, secretsOf: async () => ({ values, missing: ['LATER'] }) })
    const { notes } = await holding({ OLD: 'old-value' }).apply(request(1, 'one'), signal)
    expect(notes).toEqual([expect.stringContaining('"LATER" has no value yet')])
    await holding({}).apply(request(2, 'two'), signal)
    const serving = cloudflare.account.dispatch.get(NAMESPACE)?.scripts.get(ownScripts().at(-1) ?? '')
    expect(serving?.versions.at(-1)?.bindings.map(({ name }) => name)).not.toContain('OLD')
  })

  it('moves to a domain and away from it', async () => {
    await apply(1, 'one')
    const moved = await target().apply(
      server.request(2, tinyWorker({ text: 'two' }), { domain: 'a.example.org' }),
      signal,
    )
    expect(moved.endpointUrl).toBe('https://a.example.org/mcp')
    expect(await callSay(cloudflare, moved.endpointUrl)).toBe('two')
    const back = await apply(3, 'three')
    expect(await callSay(cloudflare, back.endpointUrl)).toBe('three')
    expect(cloudflare.account.domains.has('a.example.org')).toBe(false)
  })

  it('is deleted with its scripts, its storage and its domain', async () => {
    const held = storageCount()
    const settings = { domain: 'gone.example.org' }
    const made = server.request(1, tinyWorker({ text: 'one' }), settings, withStorage)
    const { endpointUrl } = await target().apply(made, signal)
    expect(storageCount() - held).toBe(2)
    await target().remove(server.deployment)
    expect([ownScripts(), storageCount() - held, cloudflare.account.domains.size]).toEqual([[], 0, 0])
    expect((await cloudflare.fetch(endpointUrl)).status).toBe(404)
  })

  it('has the limits that it was given, up to those of the operator, without an upload of its own', async () => {
    await apply(1, 'one')
    const limited = server.request(1, tinyWorker({ text: 'one' }), { limits: { cpu_ms: 30 } })
    expect((await target().plan(limited)).steps).toContain('Each call has 30 ms of CPU and 20 subrequests.')
    let endpointUrl = ''
    expect(await uploadsOf(async () => ({ endpointUrl } = await target().apply(limited, signal)))).toBe(0)
    await callSay(cloudflare, endpointUrl)
    const { calls } = cloudflare.account.dispatch.get(NAMESPACE) ?? { calls: [] }
    expect(calls.at(-1)?.options.limits).toEqual({ cpuMs: 30, subRequests: 20 })
    expect(readState(server.deployment)?.limits).toEqual({ cpuMs: 30, subRequests: 20 })
  })

  it('is refused more than the operator gives, also where that was more before', async () => {
    const settings = { limits: { cpu_ms: 50, subrequests: 21 } }
    const greedy = server.request(1, tinyWorker({ text: 'one' }), settings)
    const error = { code: 'TARGET_REFUSED', message: expect.stringContaining('`subrequests` is 21, at most 20.') }
    await expect(target().plan(greedy)).rejects.toMatchObject(error)
    await expect(target().checkSettings(settings)).rejects.toMatchObject(error)
    const generous = openHostedPublisher(cloudflare, { accessOf }, NAMESPACE, { cpuMs: 60 })
    const { endpointUrl } = await generous.apply(greedy, signal)
    const repeated = server.request(2, tinyWorker({ text: 'two' }), settings)
    await expect(target().apply(repeated, signal)).rejects.toMatchObject(error)
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
  })

  it.each([
    [{ traffic: 30 }, 'a new version has all requests at once'],
    [{ sessions: true }, 'does not pass the egress list'],
    [
      { protection: 'login', login: { github: true, client_id: 'desk', allow: ['github:ann'] } },
      '`protection: "login"` without a `domain`: all servers share',
    ],
  ])('refuses %j with the reason, before it changes or keeps anything', async (settings, reason) => {
    const refused = server.request(1, tinyWorker({ text: 'one' }), settings)
    const error = { code: 'TARGET_REFUSED', message: expect.stringContaining(reason) }
    await expect(target().apply(refused, signal)).rejects.toMatchObject(error)
    await expect(target().plan(refused)).rejects.toMatchObject(error)
    await expect(target().checkSettings(settings)).rejects.toMatchObject(error)
  })

  it('refuses what a project would have beside that: cron triggers, Durable Objects', async () => {
    const triggers = { crons: ['* * * * *'] }
    const durable_objects = { bindings: [{ name: 'ROOMS', class_name: 'Room' }] }
    const files = { 'wrangler.jsonc': JSON.stringify({ triggers, durable_objects }) }
    await expect(target().apply(server.request(1, {}, {}, files), signal)).rejects.toMatchObject({
      message: expect.stringMatching(/cron trigger.*wrangler.jsonc has "durable_objects"/),
    })
  })

  it('serves tools with tasks without their Durable Objects, and says so before', async () => {
    const files = { 'wrangler.jsonc': JSON.stringify(objectSettings(['MCP_TASKS'])) }
    const withTasks = server.request(1, tinyWorker({ text: 'one' }), {}, files)
    expect((await target().plan(withTasks)).steps).toContainEqual(expect.stringContaining('end within their requests'))
    const { endpointUrl } = await target().apply(withTasks, signal)
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    const [script = ''] = ownScripts()
    const version = cloudflare.account.dispatch.get(NAMESPACE)?.scripts.get(script)?.versions.at(-1)
    const names = version?.bindings.map(({ name }) => name)
    expect(names).toContain('MCP_PROTECTION')
    expect(names).not.toContain('MCP_TASKS')
  })

  it('says in its plan what is made, where it answers, what it reaches and what each call has', async () => {
    const planned = { ...server.request(1, tinyWorker({ text: 'one' }), {}, withStorage), hosts: ['api.example.com'] }
    const { steps } = await openHostedPublisher(cloudflare, { accessOf }, 'another').plan(planned)
    expect(steps.join('\n').replaceAll(server.worker, 'desk').replaceAll(cloudflare.account.id, 'ID')).toBe(
      [
        'Creates the dispatch namespace "another" (account ID) with the Workers "another-dispatcher" and "another-outbound".',
        'Uploads version 1 of "desk", tries it closed to everybody else, then leads all requests to it. A failure changes nothing.',
        'It answers at https://another-dispatcher.acme.workers.dev/desk/mcp (protected by an API key).',
        'It reaches api.example.com, and nothing else.',
        'Each call has 50 ms of CPU and 20 subrequests.',
        'Creates the D1 database "desk-store" (MCP_STORE).',
        'Creates the KV namespace "desk-cache" (MCP_CACHE).',
        'Sets the secrets MCP_KEY_HASHES, REQUEST_STATE_KEY.',
      ].join('\n'),
    )
    expect(cloudflare.account.dispatch.has('another')).toBe(false)
  })
})

describe('where a server goes', () => {
  it('leaves one that is a Worker of its own where it is, and one in a namespace when the setting is gone', async () => {
    const own = await openPublisher(cloudflare, { accessOf }).apply(request(1, 'own'), signal)
    expect((await apply(2, 'own 2')).endpointUrl).toBe(own.endpointUrl)
    await expect(target().checkSettings({ traffic: 20 }, server.deployment)).resolves.toBe(undefined)
    const hosted = new PublishedServer()
    const first = await target().apply(hosted.request(1, tinyWorker({ text: 'hosted' })), signal)
    const without = openHostedPublisher(cloudflare, { accessOf }, '')
    const next = await without.apply(hosted.request(2, tinyWorker({ text: 'hosted 2' })), signal)
    expect(next.endpointUrl).toBe(first.endpointUrl)
    expect((await without.status(hosted.deployment)).state).toBe('running')
  })

  it("leaves a Worker of somebody else's with the dispatcher's name as it is", async () => {
    const [named] = cloudflare.account.scripts.values()
    if (!named) throw new Error('There is no Worker.')
    const foreign = {
      ...named,
      name: 'taken-outbound',
      versions: named.versions.map((each) => ({ ...each, annotations: {} })),
    }
    cloudflare.account.scripts.set('taken-outbound', foreign)
    await expect(
      openHostedPublisher(cloudflare, { accessOf }, 'taken').apply(request(1, 'one'), signal),
    ).rejects.toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining('already has a Worker "taken-outbound"'),
    })
    expect(foreign.versions).toHaveLength(named.versions.length)
  })

  it('says what an account without the paid plan lacks', async () => {
    const free = cloudflare.accounts[1]
    if (!free) throw new Error('There is one account.')
    const made = server.request(1, tinyWorker({ text: 'one' }), { account: free.id, domain: 'x.example.org' })
    await expect(target().apply(made, signal)).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: expect.stringContaining('Workers for Platforms'),
    })
    expect([free.scripts.size, free.namespaces.size]).toEqual([0, 0])
  })
})

function target() {
  return openHostedPublisher(cloudflare, { accessOf })
}

async function accessOf() {
  return { apiBaseUrl: cloudflare.apiBaseUrl, token: cloudflare.token, accountIds: [cloudflare.account.id] }
}

function request(version: number, text: string) {
  return server.request(version, tinyWorker({ text }))
}

function apply(version: number, text: string) {
  return target().apply(request(version, text), signal)
}

function scripts(): string[] {
  return [...(cloudflare.account.dispatch.get(NAMESPACE)?.scripts.keys() ?? [])]
}

function ownScripts(): string[] {
  return scripts().filter((name) => name.startsWith(`${server.worker}--`))
}

function storageCount(): number {
  const { databases, namespaces } = cloudflare.account
  return databases.size + [...namespaces.values()].filter(({ title }) => title.endsWith('-cache')).length
}

async function uploadsOf(run: () => Promise<unknown>): Promise<number> {
  const before = uploadCount()
  await run()
  return uploadCount() - before
}

/** Of scripts into the namespace. */
function uploadCount(): number {
  return cloudflare.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/dispatch/')).length
}
