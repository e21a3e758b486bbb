import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { callSay, openPublisher, PublishedServer } from '../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../fixtures/publisher/tiny-worker.ts'

const signal = new AbortController().signal
const server = new PublishedServer()
let version = 1
let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ accounts: [{}, { name: 'Other', subdomain: 'other' }], runsIn: 'node' })
  await deploy()
})
afterEach(() => cloudflare.clearFaults())
afterAll(() => cloudflare[Symbol.asyncDispose]())

describe('while Cloudflare is not well', () => {
  it.each([
    { name: 'status', status: 429, retryAfterSeconds: 3 },
    { name: 'status', status: 503 },
    { name: 'status', status: 502, text: '<html>Bad gateway</html>' },
    { name: 'hang' },
    { name: 'cut-before' },
    { name: 'cut-after' },
  ] as const)('a deploy is done all the same after %j', async (kind) => {
    cloudflare.fail({ method: 'POST', path: '/deployments', kind })
    await deploy(kind.name === 'hang' ? 300 : undefined)
    expect(await callSay(cloudflare, `${server.url}/mcp`)).toBe(`version ${version}`)
  })

  it.each([
    [401, undefined, 'TARGET_FORBIDDEN', /does not let the token give the traffic.*Authentication error\. \(10000\)/],
    [403, undefined, 'TARGET_FORBIDDEN', /does not let the token give the traffic/],
    [404, 10_007, 'TARGET_REFUSED', /\(10007\)/],
    [503, 10_013, 'TARGET_UNREACHABLE', /could not give the traffic .* now: .*\(10013\)/],
  ] as const)('what ran goes on running, and %d %s is told in words', async (status, code, expected, words) => {
    const before = version
    const kind = { name: 'status', status, ...(code !== undefined && { code }) } as const
    // All of the calls that give the new version its traffic; the one that gives it back is the last.
    cloudflare.fail({ method: 'POST', path: '/deployments', from: 2, times: status === 503 ? 4 : 1, kind })
    const error: unknown = await deploy().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: expected, message: expect.stringMatching(words) })
    expect(error).toMatchObject({ message: expect.stringContaining('The traffic is where it was before.') })
    expect(String(error)).not.toContain(cloudflare.token)
    expect(await callSay(cloudflare, `${server.url}/mcp`)).toBe(`version ${before}`)
  })

  it('names what is left when the traffic cannot be given back either', async () => {
    const kind = { name: 'status', status: 401 } as const
    cloudflare.fail({ method: 'POST', path: '/deployments', from: 2, times: 9, kind })
    await expect(deploy()).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: expect.stringContaining('The traffic could not be given back to what ran before'),
    })
  })
})

it('asks for the account when the token reaches several', async () => {
  const unclear = openPublisher(cloudflare).apply(new PublishedServer().request(1, tinyWorker({ text: '' })), signal)
  await expect(unclear).rejects.toMatchObject({
    code: 'TARGET_ACCOUNT_UNCLEAR',
    message: expect.stringMatching(/2 accounts: "Acme" \([0-9a-f]{32}\), "Other" \([0-9a-f]{32}\)/),
  })
})

it('sends no secret in a path or header, and stores none', async () => {
  const secret = 'upstream-token-5b1f'
  const target = openPublisher(cloudflare, {
    secretsOf: async () => ({ values: { API_TOKEN: secret }, missing: ['OTHER'] }),
  })
  const settings = { account: cloudflare.account.id }
  const { notes } = await target.apply(server.request(++version, tinyWorker({ text: '' }), settings), signal)
  expect(notes).toEqual([expect.stringContaining('The secret "OTHER" has no value yet')])
  expect(JSON.stringify([server.deployment.state, server.told, cloudflare.requests])).not.toContain(secret)
  expect(cloudflare.hasHeard('key-of-the-clients')).toBe(false)
})

/** The next version of the one server of these tests; `version` counts those that were put up. */
async function deploy(answerMs = 30_000): Promise<void> {
  const next = version + 1
  const target = openPublisher(cloudflare, { answerMs })
  const modules = tinyWorker({ text: `version ${next}` })
  await target.apply(server.request(next, modules, { account: cloudflare.account.id }), signal)
  version = next
}
