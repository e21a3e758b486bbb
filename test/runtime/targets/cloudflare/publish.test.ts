import { readState } from '../../../../runtime/targets/cloudflare/state.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import { callSay, openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const one = tinyWorker({ text: 'one' })
const two = tinyWorker({ text: 'two' })
const withStorage = {
  'wrangler.jsonc': JSON.stringify({
    triggers: { crons: ['*/5 * * * *'] },
    d1_databases: [{ binding: 'MCP_STORE' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ accounts: [{ zones: ['example.com'], plan: 'paid' }], runsIn: 'node' })
})
afterEach(() => cloudflare.clearFaults())
afterAll(() => cloudflare[Symbol.asyncDispose]())

describe('a first deploy', () => {
  it('is open when its trial has passed, to those who have the key', async () => {
    const server = new PublishedServer()
    const { endpointUrl, notes } = await openPublisher(cloudflare).apply(server.request(1, one), signal)
    expect(endpointUrl).toBe(`${server.url}/mcp`)
    expect(notes).toBeUndefined()
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    await expect(callSay(cloudflare, endpointUrl, 'guessed')).rejects.toThrow('HTTP 401')
    expect(sharesOf(server)).toEqual({ 1: 100 })
    expect(server.told).toEqual([
      'Uploading version 1.',
      `Trying version 1 at ${server.url}.`,
      'Giving 100 % of the requests to version 1.',
    ])
  })

  it('is tried without its saved test while a secret has no value, and says which', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare, { secretsOf: async () => ({ values: {}, missing: ['API_TOKEN'] }) })
    const { notes } = await target.apply(server.request(1, tinyWorker({ text: '', fails: 'SECRET_MISSING' })), signal)
    expect(notes).toEqual([expect.stringContaining('"API_TOKEN" has no value yet')])
    expect(sharesOf(server)).toEqual({ 1: 100 })
  })

  it('leaves nothing when the trial fails: no Worker, no database, no namespace', async () => {
    const server = new PublishedServer()
    const request = server.request(1, tinyWorker({ text: '', fails: 'no such book' }), {}, withStorage)
    await expect(openPublisher(cloudflare).apply(request, signal)).rejects.toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message:
        'The new version did not pass its trial at the call of "say": no such book. Nothing of it is left at Cloudflare.',
    })
    const { scripts, databases, namespaces } = cloudflare.account
    expect(scripts.has(server.worker)).toBe(false)
    expect([...databases.values()].filter(({ name }) => name.startsWith(server.worker))).toEqual([])
    expect([...namespaces.values()].filter(({ title }) => title.startsWith(server.worker))).toEqual([])
  })

  it('stays closed when it cannot be taken away again, says so, and a repeat goes on with it', async () => {
    const server = new PublishedServer()
    cloudflare.fail({ method: 'DELETE', path: server.worker, times: 9, kind: { name: 'status', status: 503 } })
    const failing = server.request(1, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(openPublisher(cloudflare).apply(failing, signal)).rejects.toMatchObject({
      message: expect.stringContaining('it is closed to everybody. A repeated deploy goes on with it.'),
    })
    const closed = await cloudflare.fetch(`${server.url}/health`)
    expect(closed.status).toBe(503)
    expect((await openPublisher(cloudflare).status(server.deployment)).state).toBe('failed')
    const { endpointUrl } = await openPublisher(cloudflare).apply(server.request(2, two), signal)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
  })

  it('says that it may be open when it can be neither reached nor taken away after its release', async () => {
    const server = new PublishedServer()
    cloudflare.fail({ method: 'DELETE', path: server.worker, times: 9, kind: { name: 'status', status: 503 } })
    cloudflare.fail({
      method: 'PUT',
      path: `${server.worker}/schedules`,
      times: 9,
      kind: { name: 'status', status: 503 },
    })
    await expect(openPublisher(cloudflare).apply(server.request(1, one), signal)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringContaining('where it is there, it may answer callers.'),
    })
    cloudflare.clearFaults()
    const { endpointUrl } = await openPublisher(cloudflare).apply(server.request(1, one), signal)
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
  })

  it('makes the database, the namespace and the cron trigger that the project names', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare)
    const { endpointUrl } = await target.apply(server.request(1, one, {}, withStorage), signal)
    await target.apply(server.request(2, two, {}, withStorage), signal)
    const { databases, namespaces, scripts } = cloudflare.account
    expect([...databases.values()].map(({ name }) => name)).toEqual([`${server.worker}-store`])
    expect([...namespaces.values()].map(({ title }) => title)).toEqual([`${server.worker}-cache`])
    expect(scripts.get(server.worker)?.schedules).toEqual(['*/5 * * * *'])
    expect(await bindingsOf(endpointUrl)).toMatchObject({ MCP_STORE: 'object', MCP_CACHE: 'object' })
    await target.stop(server.deployment)
    expect(scripts.get(server.worker)?.schedules).toEqual([])
    await target.remove(server.deployment)
    expect([databases.size, namespaces.size, scripts.has(server.worker)]).toEqual([0, 0, false])
  })

  it('never takes a database away that was there before', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare)
    await target.apply(server.request(1, one, {}, withStorage), signal)
    cloudflare.account.scripts.clear()
    const failing = server.request(2, tinyWorker({ text: '', fails: 'no such book' }), {}, withStorage)
    await expect(target.apply(failing, signal)).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' })
    expect([...cloudflare.account.databases.values()].map(({ name }) => name)).toEqual([`${server.worker}-store`])
    await target.remove(server.deployment)
    expect(cloudflare.account.databases.size).toBe(0)
  })

  it('never writes over a Worker that somebody else made', async () => {
    const server = new PublishedServer()
    const stranger = new PublishedServer()
    stranger.deployment = { ...stranger.deployment, slug: server.worker }
    await openPublisher(cloudflare).apply(stranger.request(1, one), signal)
    const target = openPublisher(cloudflare)
    await expect(target.plan(server.request(1, two))).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
    await expect(target.apply(server.request(1, two), signal)).rejects.toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining(`already has a Worker "${server.worker}" that mcpwright did not make`),
    })
    expect(await callSay(cloudflare, `${server.url}/mcp`)).toBe('one')
    server.deployment = {
      ...server.deployment,
      state: { accountId: cloudflare.account.id, worker: server.worker, versions: [], bindings: [] },
    }
    await openPublisher(cloudflare).remove(server.deployment)
    await openPublisher(cloudflare).stop(server.deployment)
    expect(await callSay(cloudflare, `${server.url}/mcp`)).toBe('one')
  })
})

describe('a later deploy', () => {
  it('gets its share of the traffic beside the version before, and all of it when it is asked for', async () => {
    const { server, target } = await published()
    const { endpointUrl, notes } = await target.apply(server.request(2, two, { traffic: 25 }), signal)
    expect(notes).toEqual([expect.stringContaining('It has 25 % of the requests')])
    expect(sharesOf(server)).toEqual({ 1: 75, 2: 25 })
    expect(await target.status(server.deployment)).toEqual({
      state: 'running',
      message: 'Traffic: 25 % version 2, 75 % version 1.',
    })
    const uploads = versionsOf(server)
    await target.apply(server.request(2, two), signal)
    expect(sharesOf(server)).toEqual({ 2: 100 })
    expect(versionsOf(server)).toBe(uploads)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
    const versions = await target.versions(server.deployment)
    expect(versions.map(({ version, share }) => ({ version, share }))).toEqual([
      { version: 2, share: 100 },
      { version: 1, share: 0 },
    ])
  })

  it('is counted by the platform, with its errors and the CPU time that it takes', async () => {
    const { server, target } = await published()
    await callSay(cloudflare, `${server.url}/mcp`)
    const usage = async () => (await target.usage(server.deployment))?.requests
    await expect.poll(usage).toBeGreaterThan(5)
    expect(await target.usage(server.deployment)).toMatchObject({ errors: 0, cpuMsP50: 1.5, cpuMsP99: 9 })
    expect(await target.usage(new PublishedServer().deployment)).toBeUndefined()
  })

  it('is told apart from one that has all of it already: that one keeps it', async () => {
    const { server, target } = await published()
    const whole = server.request(1, one, { traffic: 40 })
    expect((await target.plan(whole)).steps).toContain('Gives it 100 % of the requests.')
    const part = await target.plan(server.request(2, two, { traffic: 40 }))
    expect(part.steps.join()).toContain('gives it 40 % of the requests; the version before keeps 60 %')
  })

  it('leaves callers the key that both versions take, as long as there are two', async () => {
    const { server, target } = await published()
    const keyThatCounts = () => readState(server.deployment)?.callers?.key
    await target.apply(server.request(2, two, { key: 2, traffic: 25 }), signal)
    expect(keyThatCounts()).toBe(1)
    await target.apply(server.request(2, two, { key: 2 }), signal)
    expect(keyThatCounts()).toBe(2)
  })

  it('leaves the traffic where it was when its trial fails', async () => {
    const { server, target } = await published()
    await target.apply(server.request(2, two, { traffic: 25 }), signal)
    const failing = server.request(3, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(target.apply(failing, signal)).rejects.toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message: expect.stringContaining('no such book. The traffic is where it was before.'),
    })
    expect(sharesOf(server)).toEqual({ 1: 75, 2: 25 })
  })

  it('leaves a stopped server stopped when its trial fails: at no address', async () => {
    const { server, target } = await published()
    const domain = `${server.worker}.example.com`
    await target.stop(server.deployment)
    server.deployment = { ...server.deployment, stoppedAt: new Date() }
    for (const settings of [{}, { domain }]) {
      const failing = server.request(2, tinyWorker({ text: '', fails: 'no such book' }), settings)
      await expect(target.apply(failing, signal)).rejects.toMatchObject({
        message: expect.stringContaining('no such book. It is stopped, as it was.'),
      })
      expect((await target.status(server.deployment)).state).toBe('stopped')
      await expect(callSay(cloudflare, `${server.url}/mcp`)).rejects.toThrow('HTTP 404')
      expect(cloudflare.account.domains.has(domain)).toBe(false)
    }
  })

  it('is at its domain again, and only there, when the move away from it fails', async () => {
    const { server, target } = await published()
    const domain = `${server.worker}.example.com`
    const { endpointUrl } = await target.apply(server.request(2, two, { domain }), signal)
    for (const settings of [{}, { domain: `new-${domain}` }]) {
      // What comes last is what fails.
      cloudflare.fail({ path: '/schedules', method: 'PUT', times: 9, kind: { name: 'status', status: 503 } })
      await expect(target.apply(server.request(3, one, settings), signal)).rejects.toMatchObject({
        code: 'TARGET_UNREACHABLE',
      })
      cloudflare.clearFaults()
      expect(await callSay(cloudflare, endpointUrl)).toBe('two')
      await expect(callSay(cloudflare, `${server.url}/mcp`)).rejects.toThrow('HTTP 404')
      expect(cloudflare.account.domains.has(`new-${domain}`)).toBe(false)
    }
  })

  it('goes back by itself when the new version does not come up with its traffic', async () => {
    const { server, target } = await published()
    cloudflare.delayPropagation(100_000)
    try {
      await expect(target.apply(server.request(2, two), signal)).rejects.toMatchObject({
        code: 'DEPLOYMENT_FAILED',
        message: expect.stringContaining('After 90 s the new version did not answer'),
      })
    } finally {
      cloudflare.delayPropagation(0)
    }
    expect(sharesOf(server)).toEqual({ 1: 100 })
  })

  it('waits until the change is known everywhere', async () => {
    const { server, target } = await published()
    cloudflare.delayPropagation(3)
    const { endpointUrl } = await target.apply(server.request(2, two), signal)
    cloudflare.delayPropagation(0)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
  })

  it('keeps bindings and secrets that somebody else gave the Worker', async () => {
    const { server, target } = await published()
    const script = cloudflare.account.scripts.get(server.worker)
    const last = script?.versions.at(-1)
    // As the dashboard does: a version of its own.
    const foreign = [
      { name: 'THEIR_VARIABLE', type: 'plain_text', text: 'theirs' },
      { name: 'THEIR_SECRET', type: 'secret_text', text: 'hidden' },
    ]
    if (!script || !last) throw new Error('The Worker is gone.')
    script.versions.push({
      ...last,
      id: crypto.randomUUID(),
      number: 9,
      bindings: [...last.bindings, ...foreign],
      annotations: {},
    })
    const id = script.versions.at(-1)?.id ?? ''
    script.deployments.push({
      id,
      createdOn: new Date().toISOString(),
      versions: [{ version_id: id, percentage: 100 }],
      annotations: {},
    })
    const { endpointUrl } = await target.apply(server.request(2, two), signal)
    expect(await bindingsOf(endpointUrl)).toMatchObject({ THEIR_VARIABLE: 'theirs', THEIR_SECRET: 'hidden' })
    expect(await bindingsOf(endpointUrl)).not.toHaveProperty('MCP_VERIFICATION_HASH')
    await target.apply(server.request(3, tinyWorker({ text: 'three' })), signal)
    expect(await bindingsOf(endpointUrl)).toMatchObject({ THEIR_VARIABLE: 'theirs', THEIR_SECRET: 'hidden' })
  })

  it('empties a secret that the server no longer has, and leaves it out from then on', async () => {
    const server = new PublishedServer()
    let values: Record<string, string> = { API_TOKEN: 'upstream-token', OTHER: 'other' }
    const target = openPublisher(cloudflare, { secretsOf: async () => ({ values, missing: [] }) })
    const { endpointUrl } = await target.apply(server.request(1, one), signal)
    expect(await bindingsOf(endpointUrl)).toMatchObject(values)
    values = { OTHER: 'other' }
    await target.apply(server.request(2, two), signal)
    expect(await bindingsOf(endpointUrl)).toMatchObject({ API_TOKEN: '', OTHER: 'other' })
    await target.apply(server.request(3, tinyWorker({ text: 'three' })), signal)
    expect(await bindingsOf(endpointUrl)).not.toHaveProperty('API_TOKEN')
  })

  it('moves to a domain and back', async () => {
    const { server, target } = await published()
    const domain = `${server.worker}.example.com`
    const { endpointUrl } = await target.apply(server.request(2, two, { domain }), signal)
    expect(endpointUrl).toBe(`https://${domain}/mcp`)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
    await expect(callSay(cloudflare, `${server.url}/mcp`)).rejects.toThrow('HTTP 404')
    await target.stop(server.deployment)
    expect((await target.status(server.deployment)).state).toBe('stopped')
    const back = await target.apply(server.request(3, one), signal)
    expect(await callSay(cloudflare, back.endpointUrl)).toBe('one')
    expect(cloudflare.account.domains.has(domain)).toBe(false)
  })

  it('is made anew when somebody has deleted it, and says what is gone with it', async () => {
    const { server, target } = await published()
    cloudflare.account.scripts.delete(server.worker)
    expect(await target.status(server.deployment)).toEqual({
      state: 'missing',
      message: `Cloudflare has no Worker "${server.worker}" any more.`,
    })
    const { endpointUrl, notes } = await target.apply(server.request(1, one), signal)
    expect(notes).toEqual([`Cloudflare had no Worker "${server.worker}" any more: it was made anew.`])
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
  })

  it('names the zone that is missing', async () => {
    const request = new PublishedServer().request(1, one, { domain: 'mcp.elsewhere.org' })
    await expect(openPublisher(cloudflare).apply(request, signal)).rejects.toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining('no zone for "mcp.elsewhere.org". Nothing of it is left'),
    })
  })
})

describe('scopes', () => {
  it('of a tool that there is not are told, in the plan and after the deploy', async () => {
    const server = new PublishedServer()
    const issuer = 'https://id.example.com/'
    const scopes = { '*': ['mcp'], sey: ['say'], search_tools: ['look'] }
    const request = server.request(1, one, { protection: 'oauth', issuer, scopes })
    const target = openPublisher(cloudflare)
    const told =
      'The setting scopes names "sey", which is no tool of this version, so it protects nothing (did you mean "say"?).'
    const { steps } = await target.plan(request)
    expect(steps.filter((step) => step.includes('scopes'))).toEqual([told])
    expect((await target.apply(request, signal)).notes).toEqual([told])
  })
})

describe('a deploy that is cancelled', () => {
  it('leaves nothing of a first one', async () => {
    const server = new PublishedServer()
    const { request, cancelled } = cancelledWhenTried(server.request(1, one, {}, withStorage))
    await expect(openPublisher(cloudflare).apply(request, cancelled)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(cloudflare.account.scripts.has(server.worker)).toBe(false)
    expect(cloudflare.account.databases.size).toBe(0)
  })

  it('leaves the traffic where it was, and the next one is as any', async () => {
    const { server, target } = await published()
    const { request, cancelled } = cancelledWhenTried(server.request(2, two))
    await expect(target.apply(request, cancelled)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(sharesOf(server)).toEqual({ 1: 100 })
    const { endpointUrl } = await target.apply(server.request(2, two), signal)
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
  })
})

describe('a rollback', () => {
  it('gives the traffic back to a version that the platform still has', async () => {
    const { server, target } = await published()
    const { endpointUrl } = await target.apply(server.request(2, two), signal)
    const uploads = versionsOf(server)
    const { steps } = await target.plan(server.request(1, one))
    expect(steps).toContain(
      `Uploads nothing: the Worker "${server.worker}" still has version 1 (account ${cloudflare.account.id}).`,
    )
    expect(steps.at(-1)).toBe('Gives it 100 % of the requests.')
    const rolled = await target.apply(server.request(1, one), signal)
    expect(rolled.notes).toBeUndefined()
    expect(versionsOf(server)).toBe(uploads)
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
  })

  it('uploads the kept build anew where the platform does not go back, and says why', async () => {
    const { server, target } = await published()
    await target.apply(server.request(2, two), signal)
    const kind = { name: 'status', status: 400, code: 10_220, message: 'A secret has changed' } as const
    cloudflare.fail({ method: 'POST', path: `${server.worker}/deployments`, kind })
    const { notes, endpointUrl } = await target.apply(server.request(1, one), signal)
    expect(notes).toEqual([expect.stringMatching(/^Version 1 was uploaded anew: .*A secret has changed\. \(10220\)/)])
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    expect(sharesOf(server)).toEqual({ 1: 100 })
  })

  it('has the secrets of today, since a version with those of yesterday is another one', async () => {
    const server = new PublishedServer()
    const secret = { value: 'yesterday' }
    const secretsOf = async () => ({ values: { API_TOKEN: secret.value }, missing: [] })
    const target = openPublisher(cloudflare, { secretsOf })
    await target.apply(server.request(1, one), signal)
    await target.apply(server.request(2, two), signal)
    secret.value = 'today'
    const { endpointUrl } = await target.apply(server.request(1, one), signal)
    expect(await bindingsOf(endpointUrl)).toMatchObject({ API_TOKEN: 'today' })
    expect(JSON.stringify(server.deployment.state)).not.toMatch(/yesterday|today/)
  })
})

describe('sessions', () => {
  it('come with the first deploy, and later ones go on with the same Durable Objects', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare)
    await target.apply(server.request(1, one, { sessions: true }), signal)
    const { notes, endpointUrl } = await target.apply(server.request(2, two, { sessions: true }), signal)
    expect(notes).toBeUndefined()
    expect(await bindingsOf(endpointUrl)).toHaveProperty('MCP_SESSIONS')
  })

  it('begin later in a deploy that is tried without them and then has all of the traffic', async () => {
    const { server, target } = await published()
    const { notes, endpointUrl } = await target.apply(server.request(2, two, { sessions: true, traffic: 10 }), signal)
    expect(notes).toEqual([expect.stringContaining('It has all of the traffic')])
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
    expect(await bindingsOf(endpointUrl)).toHaveProperty('MCP_SESSIONS')
    const rolled = await target.apply(server.request(1, one), signal)
    expect(rolled.notes).toEqual([expect.stringContaining('Version 1 was uploaded anew')])
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
  })
})

async function published() {
  const server = new PublishedServer()
  const target = openPublisher(cloudflare)
  await target.apply(server.request(1, one), signal)
  return { server, target }
}

function cancelledWhenTried(request: DeploymentRequest) {
  const controller = new AbortController()
  const tell = (message: string): void => {
    if (message.startsWith('Trying'))
      controller.abort(new MetaError('CANCELLED', 'A person cancelled it.', 'Deploy again.'))
  }
  return { request: { ...request, tell }, cancelled: controller.signal }
}

/** Percent by our version. */
function sharesOf({ worker }: PublishedServer): Record<string, number> {
  const script = cloudflare.account.scripts.get(worker)
  const shares = script?.deployments.at(-1)?.versions ?? []
  return Object.fromEntries(
    shares.map(({ version_id: id, percentage }) => {
      const message = script?.versions.find((version) => version.id === id)?.annotations['workers/message'] ?? ''
      return [/^mcpwright: version (\d+) /.exec(message)?.[1] ?? message, percentage]
    }),
  )
}

function versionsOf({ worker }: PublishedServer): number {
  return cloudflare.account.scripts.get(worker)?.versions.length ?? 0
}

async function bindingsOf(endpointUrl: string): Promise<unknown> {
  return (await cloudflare.fetch(endpointUrl.replace('/mcp', '/bindings'))).json()
}
