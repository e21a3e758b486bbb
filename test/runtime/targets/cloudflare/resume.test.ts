import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { dieAt, untilNothingDies } from '../../../fixtures/publisher/dying-deploy.ts'
import { callSay, openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const withStorage = {
  'wrangler.jsonc': JSON.stringify({
    d1_databases: [{ binding: 'MCP_STORE' }],
    kv_namespaces: [{ binding: 'MCP_CACHE' }],
  }),
}
let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ runsIn: 'node' })
})
afterAll(() => cloudflare[Symbol.asyncDispose]())

describe('a deploy whose daemon dies', () => {
  it('goes on from any step of the first: one Worker, one trial, one version', async () => {
    const steps = await untilNothingDies(async (step) => {
      const server = new PublishedServer()
      const died = await dieAt(step, dying(server), {
        version: 1,
        modules: tinyWorker({ text: 'one' }),
        files: withStorage,
      })
      const { endpointUrl } = await openPublisher(cloudflare).apply(
        server.request(1, tinyWorker({ text: 'one' }), {}, withStorage),
        signal,
      )
      expect(await callSay(cloudflare, endpointUrl)).toBe('one')
      expect([...cloudflare.account.scripts.keys()]).toEqual([server.worker])
      expect(tagsOf(server).size).toBe(2)
      await openPublisher(cloudflare).remove(server.deployment)
      const { scripts, databases, namespaces } = cloudflare.account
      expect([scripts.size, databases.size, namespaces.size]).toEqual([0, 0, 0])
      return died
    })
    // Notes, storage, two uploads, the address, the traffic and the cron triggers.
    expect(steps).toBeGreaterThanOrEqual(12)
  })

  it('goes on from any step of a later one, while what ran goes on running', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare)
    const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: '0' })), signal)
    const steps = await untilNothingDies(async (step) => {
      const modules = tinyWorker({ text: String(step) })
      const before = tagsOf(server).size
      const died = await dieAt(step, dying(server), { version: step + 1, modules })
      expect([String(step - 1), String(step)]).toContain(await callSay(cloudflare, endpointUrl))
      await target.apply(server.request(step + 1, modules), signal)
      expect(await callSay(cloudflare, endpointUrl)).toBe(String(step))
      expect(tagsOf(server).size).toBe(before + 2)
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(7)
    const served = (await target.versions(server.deployment)).flatMap(({ version }) => version ?? [])
    expect(served).toEqual(served.map((_, index) => served.length - index))
    cloudflare.account.scripts.clear()
  })

  it('gives way to another build, which has what ran before behind it', async () => {
    const server = new PublishedServer()
    const target = openPublisher(cloudflare)
    const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
    // Its trial stands beside what runs.
    await dieAt(5, dying(server), { version: 2, modules: tinyWorker({ text: 'two' }) })
    const failing = server.request(3, tinyWorker({ text: '', fails: 'no such book' }))
    await expect(target.apply(failing, signal)).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' })
    expect(await callSay(cloudflare, endpointUrl)).toBe('one')
    await target.apply(server.request(4, tinyWorker({ text: 'four' }), { traffic: 30 }), signal)
    const shares = cloudflare.account.scripts.get(server.worker)?.deployments.at(-1)?.versions
    expect(shares?.map(({ percentage }) => percentage)).toEqual([30, 70])
    const served = (await target.versions(server.deployment)).filter(({ version }) => version !== undefined)
    expect(served.map(({ version, share }) => [version, share])).toEqual([
      [4, 30],
      [1, 70],
    ])
  })
})

function dying(server: PublishedServer) {
  return { cloudflare, open: openPublisher, server }
}

/** An upload that was under way when the daemon died may come in after it: then two versions have one tag. */
function tagsOf({ worker }: PublishedServer): ReadonlySet<string> {
  const versions = cloudflare.account.scripts.get(worker)?.versions ?? []
  return new Set(versions.map(({ annotations }) => annotations['workers/tag'] ?? ''))
}
