import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeploymentTarget } from '../../../../src/model/deployment-target.ts'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { dieAt, untilNothingDies } from '../../../fixtures/publisher/dying-deploy.ts'
import { callSay, openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const one = tinyWorker({ text: 'one' })
const two = tinyWorker({ text: 'two' })
const failing = tinyWorker({ text: '', fails: 'no such book' })
let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ accounts: [{ zones: ['example.com'] }], runsIn: 'node' })
})
afterAll(() => cloudflare[Symbol.asyncDispose]())

/** A server with a version that served until it was stopped, and a client that knows its addresses and its key. */
async function stopped() {
  const server = new PublishedServer()
  const domain = `${server.worker}.example.com`
  const heard = new Set<string>()
  const listen = async () => {
    for (const url of [server.url, `https://${domain}`]) {
      // What is closed answers with an error; what it is makes no difference.
      heard.add(await callSay(cloudflare, `${url}/mcp`).catch(() => 'closed'))
    }
  }
  /** It calls before and after whatever is done at the platform. */
  const overheard: typeof fetch = async (input, init) => {
    await listen()
    const response = await cloudflare.fetch(input, init)
    await listen()
    return response
  }
  const target = openPublisher(cloudflare, { fetch: overheard })
  const stop = async () => {
    await target.stop(server.deployment)
    server.deployment = { ...server.deployment, stoppedAt: new Date() }
    heard.clear()
  }
  await openPublisher(cloudflare).apply(server.request(1, one), signal)
  await stop()
  return { server, domain, target, heard, stop }
}

const stateOf = async (target: Required<DeploymentTarget>, { deployment }: PublishedServer) =>
  (await target.status(deployment)).state

describe('a server that was stopped and is deployed again', () => {
  it('is closed until its new version has passed, which alone is reached then', async () => {
    const { server, target, heard } = await stopped()
    const { endpointUrl } = await target.apply(server.request(2, two), signal)
    expect([...heard]).toEqual(['closed', 'two'])
    expect(await callSay(cloudflare, endpointUrl)).toBe('two')
  })

  it.each([{}, { domain: true }])('stays closed when the new version fails, with %j', async (given) => {
    const { server, domain, target, heard } = await stopped()
    const settings = 'domain' in given ? { domain } : {}
    await expect(target.apply(server.request(2, failing, settings), signal)).rejects.toMatchObject({
      message: expect.stringContaining('no such book. It is stopped, as it was.'),
    })
    expect([...heard]).toEqual(['closed'])
    expect(await stateOf(target, server)).toBe('stopped')
    await target.apply(server.request(1, one), signal)
    expect([...heard]).toEqual(['closed', 'one'])
  })

  it('goes back to an earlier version without the one in between', async () => {
    const { server, target, heard, stop } = await stopped()
    server.deployment = { ...server.deployment, stoppedAt: null }
    await openPublisher(cloudflare).apply(server.request(2, two), signal)
    await stop()
    const uploads = cloudflare.account.scripts.get(server.worker)?.versions.length
    await target.apply(server.request(1, one), signal)
    expect([...heard]).toEqual(['closed', 'one'])
    expect(cloudflare.account.scripts.get(server.worker)?.versions.length).toBe(uploads)
  })

  it('never shows what it was, at whichever step the daemon dies', async () => {
    const { server, target, heard } = await stopped()
    const steps = await untilNothingDies(async (step) => {
      const modules = tinyWorker({ text: `new ${step}` })
      const died = await dieAt(step, { cloudflare, open: openPublisher, server }, { version: step + 1, modules })
      heard.clear()
      await target.apply(server.request(step + 1, modules), signal)
      expect([...heard].filter((each) => each !== 'closed')).toEqual([`new ${step}`])
      await target.stop(server.deployment)
      return died
    })
    expect(steps).toBeGreaterThanOrEqual(6)
  })
})
