import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { dieAt, untilNothingDies } from '../../../../fixtures/publisher/dying-deploy.ts'
import { NAMESPACE, openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { callSay, PublishedServer } from '../../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const withStorage = {
  'wrangler.jsonc': JSON.stringify({
    d1_databases: [{ binding: 'MCP_STORE' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ runsIn: 'node', accounts: [{ plan: 'paid' }] })
})
afterAll(() => cloudflare[Symbol.asyncDispose]())

describe('a deploy into a dispatch namespace whose daemon dies', () => {
  it('goes on from any step of the first: one script, one of each that stands around it', async () => {
    const { scripts, databases, namespaces, dispatch } = cloudflare.account
    const steps = await untilNothingDies(async (step) => {
      for (const all of [scripts, namespaces, dispatch]) all.clear()
      const server = new PublishedServer()
      const died = await dieAt(step, dying(server), {
        version: 1,
        modules: tinyWorker({ text: 'one' }),
        files: withStorage,
      })
      const { endpointUrl } = await openHostedPublisher(cloudflare).apply(
        server.request(1, tinyWorker({ text: 'one' }), {}, withStorage),
        signal,
      )
      expect(await callSay(cloudflare, endpointUrl)).toBe('one')
      expect([...scripts.keys()]).toEqual(['mcp-servers-outbound', 'mcp-servers-dispatcher'])
      expect(hostedScripts()).toHaveLength(1)
      await openHostedPublisher(cloudflare).remove(server.deployment)
      expect([hostedScripts(), databases.size, [...namespaces.values()].map(({ title }) => title)]).toEqual([
        [],
        0,
        ['mcp-servers-tenants'],
      ])
      return died
    })
    // Namespace, directory, two Workers, notes, storage, two uploads, the name twice.
    expect(steps).toBeGreaterThanOrEqual(14)
  })

  it('goes on from any step of a later one, while what ran goes on running', async () => {
    const server = new PublishedServer()
    const target = openHostedPublisher(cloudflare)
    const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: '0' })), signal)
    const steps = await untilNothingDies(async (step) => {
      const died = await dieAt(step, dying(server), { version: step + 1, modules: tinyWorker({ text: String(step) }) })
      expect([String(step - 1), String(step)]).toContain(await callSay(cloudflare, endpointUrl))
      await target.apply(server.request(step + 1, tinyWorker({ text: String(step) })), signal)
      expect(await callSay(cloudflare, endpointUrl)).toBe(String(step))
      expect(hostedScripts()).toHaveLength(2)
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(6)
    await target.remove(server.deployment)
    expect(hostedScripts()).toEqual([])
  })

  it('leaves what was stopped after it closed, from any step, until the new version has passed', async () => {
    await untilNothingDies(async (step) => {
      const server = new PublishedServer()
      const two = tinyWorker({ text: 'two' })
      const { endpointUrl } = await openHostedPublisher(cloudflare).apply(
        server.request(1, tinyWorker({ text: 'one' })),
        signal,
      )
      const died = await dieAt(step, dying(server), { version: 2, modules: two })
      await openHostedPublisher(cloudflare).stop(server.deployment)
      server.deployment = { ...server.deployment, stoppedAt: new Date() }
      const heard = new Set<string>()
      const overheard: typeof fetch = async (input, init) => {
        const response = await cloudflare.fetch(input, init)
        heard.add(await callSay(cloudflare, endpointUrl).catch(() => 'closed'))
        return response
      }
      await openHostedPublisher(cloudflare, { fetch: overheard }).apply(server.request(2, two), signal)
      expect([...heard].toSorted()).toEqual(['closed', 'two'])
      await openHostedPublisher(cloudflare).remove(server.deployment)
      return died
    })
  })

  it('gives way at any step to another build, which has what ran before behind it', async () => {
    const steps = await untilNothingDies(async (step) => {
      const server = new PublishedServer()
      const target = openHostedPublisher(cloudflare)
      const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
      const died = await dieAt(step, dying(server), { version: 2, modules: tinyWorker({ text: 'two' }) })
      const ran = await callSay(cloudflare, endpointUrl)
      const failing = server.request(3, tinyWorker({ text: '', fails: 'no such book' }))
      await expect(target.apply(failing, signal)).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' })
      expect(await callSay(cloudflare, endpointUrl)).toBe(ran)
      await target.apply(server.request(4, tinyWorker({ text: 'four' })), signal)
      expect(await callSay(cloudflare, endpointUrl)).toBe('four')
      const versions = (await target.versions?.(server.deployment)) ?? []
      expect(versions.map(({ version }) => version)).toEqual([4, ran === 'two' ? 2 : 1])
      expect(hostedScripts()).toHaveLength(2)
      await target.remove(server.deployment)
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(6)
  })

  it('gives way at any step to the version before, and is cleared away', async () => {
    const steps = await untilNothingDies(async (step) => {
      const server = new PublishedServer()
      const target = openHostedPublisher(cloudflare)
      const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
      const died = await dieAt(step, dying(server), { version: 2, modules: tinyWorker({ text: 'two' }) })
      await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
      expect(await callSay(cloudflare, endpointUrl)).toBe('one')
      await target.remove(server.deployment)
      expect(hostedScripts()).toEqual([])
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(6)
  })
})

function dying(server: PublishedServer) {
  return { cloudflare, open: openHostedPublisher, server }
}

function hostedScripts(): string[] {
  return [...(cloudflare.account.dispatch.get(NAMESPACE)?.scripts.keys() ?? [])]
}
