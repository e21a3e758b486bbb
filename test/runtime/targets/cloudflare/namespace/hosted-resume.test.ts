import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectFiles } from '../../../../../src/model/project-files.ts'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { apiWrangler } from '../../../../fixtures/publisher/api-wrangler.ts'
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
      const died = await dieAt(step, server, 1, 'one', withStorage)
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
      const died = await dieAt(step, server, step + 1, String(step))
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

  it('gives way at any step to another build, which has what ran before behind it', async () => {
    const steps = await untilNothingDies(async (step) => {
      const server = new PublishedServer()
      const target = openHostedPublisher(cloudflare)
      const { endpointUrl } = await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
      const died = await dieAt(step, server, 2, 'two')
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
      const died = await dieAt(step, server, 2, 'two')
      await target.apply(server.request(1, tinyWorker({ text: 'one' })), signal)
      expect(await callSay(cloudflare, endpointUrl)).toBe('one')
      await target.remove(server.deployment)
      expect(hostedScripts()).toEqual([])
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(6)
  })
})

/** @param run  for the step that it dies at; says whether it did @returns how many steps there were */
async function untilNothingDies(run: (step: number) => Promise<boolean>): Promise<number> {
  for (let step = 1; ; step++) if (!(await run(step))) return step - 1
}

/** A deploy that ends without a word after its n-th change, here or at the platform. @returns false: it was done before */
async function dieAt(
  step: number,
  server: PublishedServer,
  version: number,
  text: string,
  files: ProjectFiles = {},
): Promise<boolean> {
  const controller = new AbortController()
  const death = new Error('The daemon was killed.')
  let changes = 0
  const count = () => {
    if (++changes === step) controller.abort(death)
  }
  const counting: typeof fetch = async (input, init) => {
    const response = await cloudflare.fetch(input, init)
    const { url, method } = new Request(input, init)
    if (method !== 'GET' && url.startsWith(cloudflare.apiBaseUrl)) count()
    return response
  }
  server.onKept = count
  const target = openHostedPublisher(cloudflare, { fetch: counting, wrangler: apiWrangler(count) })
  const ended: unknown = await target
    .apply(server.request(version, tinyWorker({ text }), {}, files), controller.signal)
    .catch((error: unknown) => error)
  server.onKept = () => {}
  if (ended instanceof Error && ended !== death) throw ended
  return changes >= step
}

function hostedScripts(): string[] {
  return [...(cloudflare.account.dispatch.get(NAMESPACE)?.scripts.keys() ?? [])]
}
