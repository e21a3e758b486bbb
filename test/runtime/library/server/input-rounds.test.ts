import type { ServerContext } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { askClient, createRoundsSeal } from '../../../../runtime/library/server/input-rounds.ts'

const KEY = 'k'.repeat(32)
const PARAMS = { name: 'forget', arguments: { text: '' } }
const BEGUN = Date.UTC(2026, 10, 1)
const MINUTE_MS = 60_000

/** As much of a call as the seal looks at. */
function callOf(clientId: string | undefined, method = 'tools/call'): ServerContext {
  const authInfo = clientId === undefined ? undefined : { token: 't', clientId, scopes: [] }
  return { mcpReq: { method }, http: { authInfo } } as unknown as ServerContext
}

const ANN = callOf('person:1:ann')

async function sealed(call = ANN): Promise<string> {
  const request = { kind: 'form', message: 'Really?', schema: { type: 'object', properties: {} } } as const
  const asked = await askClient({ requests: { confirm: request } } as never, {}, createRoundsSeal(KEY), call, PARAMS)
  return asked.requestState ?? ''
}

afterEach(() => void vi.useRealTimers())

describe('the state of a round', () => {
  it('is taken back from who was asked, for the method that asked', async () => {
    const state = await createRoundsSeal(KEY).verify(await sealed(), ANN)
    expect(state).toMatchObject({ answers: {}, request: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it.each([
    ['another caller', callOf('person:1:bob')],
    ['the same one of another generation', callOf('person:2:ann')],
    ['nobody', callOf(undefined)],
    ['another method', callOf('person:1:ann', 'prompts/get')],
  ])('is not taken from %s', async (_, call) => {
    await expect(createRoundsSeal(KEY).verify(await sealed(), call)).rejects.toThrow('bind')
  })

  it('is not taken with any bit of it changed, nor under another key', async () => {
    const state = await sealed()
    const [version = '', body = '', mac = ''] = state.split('.')
    const seal = createRoundsSeal(KEY)
    for (const changed of [
      ...flipped(body).map((each) => [version, each, mac]),
      ...flipped(mac).map((each) => [version, body, each]),
    ])
      await expect(seal.verify(changed.join('.'), ANN), changed.join('.')).rejects.toThrow('mac')
    await expect(createRoundsSeal('j'.repeat(32)).verify(state, ANN)).rejects.toThrow('mac')
  })

  it('is taken for an hour, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: BEGUN })
    const state = await sealed()
    vi.setSystemTime(BEGUN + 59 * MINUTE_MS)
    await expect(createRoundsSeal(KEY).verify(state, ANN)).resolves.toBeDefined()
    vi.setSystemTime(BEGUN + 61 * MINUTE_MS)
    await expect(createRoundsSeal(KEY).verify(state, ANN)).rejects.toThrow('expired')
  })
})

/** All texts that differ from a base64url text by one bit of what it stands for. */
function flipped(text: string): string[] {
  const bytes = Buffer.from(text, 'base64url')
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return changed.toString('base64url')
  })
}
