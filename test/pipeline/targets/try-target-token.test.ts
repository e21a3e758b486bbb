import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import { createEgress, type Egress } from '../../../src/net/egress.ts'
import { tryTargetToken } from '../../../src/pipeline/targets/try-target-token.ts'
import { type Cloudflare, startCloudflare } from '../../fixtures/cloudflare/start-cloudflare.ts'

const NARROW = 'a-token-for-workers-alone'
let cloudflare: Cloudflare
let egress: Egress

beforeAll(async () => {
  const tokens = [{ value: 'a-token-for-all' }, { value: NARROW, permissions: ['workers'] as const }]
  cloudflare = await startCloudflare({ runsIn: 'node', tokens })
  egress = createEgress({ allowLocal: new Set([new URL(cloudflare.apiBaseUrl).host]) })
})
afterEach(() => cloudflare.clearFaults())
afterAll(async () => {
  await egress.close()
  await cloudflare[Symbol.asyncDispose]()
})

function trial(token: string, timeoutMs?: number): Promise<string> {
  const config = loadConfig({ MCPWRIGHT_CLOUDFLARE_API: cloudflare.apiBaseUrl })
  return tryTargetToken('cloudflare', token, { config, egress }, timeoutMs)
}

describe('a token of Cloudflare that a person has entered', () => {
  it('is tried at once, and nothing is changed there', async () => {
    expect(await trial(cloudflare.token)).toBe('It works, for the account "Acme".')
    expect(cloudflare.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual([
      expect.stringMatching(/observability\/telemetry\/query$/),
    ])
  })

  it('is told what it lacks', async () => {
    const told = await trial(NARROW)
    expect(told).toContain(
      'It works, for the account "Acme". It lacks: "Workers Observability: Edit" (logs), "D1: Edit"',
    )
    expect(told).not.toContain('"Workers Scripts: Edit"')
  })

  it('is refused when it does not work, without being told back', async () => {
    const wrong = 'not-a-token-of-anybody'
    const refused: unknown = await trial(wrong).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: expect.stringContaining('The token was not saved, since it does not work.'),
    })
    expect(String(refused)).not.toContain(wrong)
  })

  it.each(['two words', 'a…b', 'of\ntwo lines'])('is refused without a request when none is like %j', async (token) => {
    const asked = cloudflare.requests.length
    const refused: unknown = await trial(token).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    expect(String(refused)).not.toContain(token)
    expect(cloudflare.requests.length).toBe(asked)
  })

  it.each([{ name: 'status', status: 503 }, { name: 'hang' }, { name: 'cut-before' }] as const)(
    'is not called wrong while Cloudflare cannot be asked: %j',
    async (kind) => {
      cloudflare.fail({ path: '/user/tokens/verify', kind })
      expect(await trial(cloudflare.token, 1_000)).toContain('Whether it works could not be tried now')
    },
  )
})
