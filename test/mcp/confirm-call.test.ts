import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { ClientNeeded } from '../../src/mcp/client-needed.ts'
import type { ClientReply } from '../../src/mcp/client-question.ts'
import { confirmer } from '../../src/mcp/confirm-call.ts'
import { createOpenQuestions, type OpenQuestions } from '../../src/mcp/open-questions.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'
import { answerInboxItem, declineInboxItem, waitingItems } from '../../src/pipeline/inbox/answer-inbox.ts'
import type { Services } from '../../src/pipeline/services.ts'
import { setConfirmPolicy } from '../../src/pipeline/set-confirm-policy.ts'
import { keyringOf, toMasterKey } from '../../src/secrets/keyring.ts'
import { createRedactor } from '../../src/secrets/redactor.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { openTestPglite } from '../db/test-pglite.ts'

const owner: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['write'] }
const other: Principal = { ...owner, subject: 'other' }
let db: Database
let services: Services
let openQuestions: OpenQuestions

beforeAll(async () => {
  db = await openTestPglite()
  const vault = createVault(keyringOf([toMasterKey(randomBytes(32))]))
  // Nothing else of them is used here.
  services = { db, vault, redactor: createRedactor() } as unknown as Services
})
afterAll(() => db.close())
beforeEach(async () => {
  openQuestions = createOpenQuestions(60_000)
  for (const item of await waitingItems(services, owner)) await declineInboxItem(item, services, owner)
  await setConfirmPolicy('destructive', services, owner)
})

interface Try {
  readonly principal?: Principal
  readonly tool?: string
  readonly input?: unknown
  readonly token?: string
  readonly state?: string
  readonly reply?: ClientReply
  readonly does?: 'destroys' | 'changes'
}

const INPUT = { server: 'desk', kind: 'tool', name: 'stamp' }

function makeCall({ principal = owner, tool = 'remove_item', input = INPUT, token, state, reply }: Try) {
  const ask = async (_question: string, mintState: () => Promise<string>): Promise<ClientReply> => {
    if (reply) return reply
    throw new ClientNeeded({}, await mintState())
  }
  return confirmer({ principal, tool, input, token, services, client: { state, openQuestions, ask } })
}

const attempt = (given: Try = {}) => makeCall(given).confirm('Remove the tool?', given.does ?? 'destroys')
const unable = (given: Try = {}) => attempt({ ...given, reply: { kind: 'unable' } })

/** The token that a client without elicitation is given. */
async function tokenFor(given: Try = {}): Promise<string> {
  const error: unknown = await unable(given).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'CONFIRMATION_NEEDED', next: { tool: given.tool ?? 'remove_item' } })
  // As just checked.
  return (error as { next: { arguments: { confirm: string } } }).next.arguments.confirm
}

/** The sealed state that a client takes along with the question. */
async function stateFor(given: Try = {}): Promise<string> {
  const thrown: unknown = await attempt(given).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(ClientNeeded)
  return (thrown as ClientNeeded).state ?? ''
}

const needed = { code: 'CONFIRMATION_NEEDED' }
const agreed = { kind: 'returned', isAgreed: true } as const

describe('the confirm token of a call', () => {
  it('lets that call through once', async () => {
    const token = await tokenFor()
    await unable({ token })
    await expect(unable({ token })).rejects.toMatchObject(needed)
  })

  it('is good for the same arguments in another order', async () => {
    const token = await tokenFor()
    const input = { name: 'stamp', kind: 'tool', server: 'desk' }
    await expect(unable({ token, input })).resolves.toBeUndefined()
  })

  it.each([
    ['other arguments', { input: { ...INPUT, name: 'other' } }],
    ['another tool', { tool: 'delete_server' }],
    ['another principal', { principal: other }],
  ])('is refused with %s', async (_, difference) => {
    const token = await tokenFor()
    await expect(unable({ ...difference, token })).rejects.toMatchObject(needed)
    await unable({ token })
  })

  it('is refused when any byte of it was flipped', async () => {
    const token = await tokenFor()
    // Of the last character two bits mean nothing.
    for (let at = 0; at < token.length - 1; at += 7) {
      const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      await expect(unable({ token: flipped })).rejects.toMatchObject(needed)
    }
    await unable({ token })
  })

  it('can not be had from a question that the client was to ask', async () => {
    await expect(unable({ token: await stateFor() })).rejects.toMatchObject(needed)
  })
})

describe('the answer of a client that calls again', () => {
  it('counts once, with the state of the question', async () => {
    const state = await stateFor()
    await attempt({ state, reply: agreed })
    await expect(attempt({ state, reply: agreed })).rejects.toMatchObject(needed)
  })

  it.each([
    ['no state', () => undefined, {}],
    [
      'a flipped byte',
      (state: string) => `${state.slice(0, 20)}${state[20] === 'A' ? 'B' : 'A'}${state.slice(21)}`,
      {},
    ],
    ['other arguments', (state: string) => state, { input: { ...INPUT, name: 'other' } }],
    ['another principal', (state: string) => state, { principal: other }],
  ])('counts for nothing with %s', async (_, change, difference: Try) => {
    const state = change(await stateFor())
    const given = { ...difference, reply: agreed, ...(state !== undefined && { state }) }
    await expect(attempt(given)).rejects.toMatchObject(needed)
  })

  it('is a no when the person says no', async () => {
    const reply = { kind: 'returned', isAgreed: false } as const
    await expect(attempt({ state: await stateFor(), reply })).rejects.toMatchObject({ code: 'CONFIRMATION_DECLINED' })
  })

  it('is not asked for again when the client is asked for something else after it', async () => {
    const call = makeCall({ state: await stateFor(), reply: agreed })
    await call.confirm('Remove the tool?', 'destroys')
    const { state = '' } = await call.keepAgreement(new ClientNeeded({}))
    await attempt({ state })
    await expect(attempt({ state })).rejects.toBeInstanceOf(ClientNeeded)
  })

  it('that does not come leaves the call in the inbox', async () => {
    openQuestions = createOpenQuestions(0)
    await stateFor()
    await expect.poll(() => waitingItems(services, owner)).toMatchObject([{ request: { tool: 'remove_item' } }])
    await expect(attempt({ reply: { kind: 'unanswered' } })).rejects.toMatchObject({
      ...needed,
      next: { tool: 'list_servers' },
    })
  })
})

describe('a call that waits in the inbox', () => {
  it('goes through once when a person has agreed to it there', async () => {
    await tokenFor()
    const [item] = await waitingItems(services, owner)
    expect(item?.request).toMatchObject({ kind: 'confirmation', arguments: JSON.stringify(INPUT) })
    if (item) await answerInboxItem(item, { choice: 'agree', fields: {} }, services, owner)
    expect(await waitingItems(services, owner)).toEqual([])
    await expect(unable({ input: { ...INPUT, name: 'other' } })).rejects.toMatchObject(needed)
    await expect(unable({ principal: other })).rejects.toMatchObject(needed)
    await unable()
    await expect(unable()).rejects.toMatchObject(needed)
  })

  it('is taken out when it was agreed to elsewhere, and goes nowhere when it was declined', async () => {
    await unable({ token: await tokenFor() })
    expect(await waitingItems(services, owner)).toEqual([])
    await tokenFor()
    const [item] = await waitingItems(services, owner)
    if (item) await declineInboxItem(item, services, owner)
    await expect(unable()).rejects.toMatchObject(needed)
  })
})

describe('the policy of a person', () => {
  it.each([
    ['always', 'changes', true],
    ['always', 'destroys', true],
    ['destructive', 'changes', false],
    ['destructive', 'destroys', true],
    ['never', 'destroys', false],
  ] as const)('%s: a call that %s something asks: %s', async (policy, does, asks) => {
    await setConfirmPolicy(policy, services, owner)
    const outcome = await unable({ does }).then(
      () => false,
      () => true,
    )
    expect(outcome).toBe(asks)
    // It is that principal's alone.
    await expect(unable({ principal: other })).rejects.toMatchObject(needed)
  })
})
