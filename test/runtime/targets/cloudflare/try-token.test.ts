import { describe, expect, it } from 'vitest'
import { explainRefusal, explainSilence } from '../../../../runtime/targets/cloudflare/api/api-failure.ts'
import type { CloudflareApi } from '../../../../runtime/targets/cloudflare/api/cloudflare-api.ts'
import { tryToken } from '../../../../runtime/targets/cloudflare/api/try-token.ts'

const signal = new AbortController().signal
const desk = { id: 'a1', name: 'Desk' }
const unknown = () => explainRefusal('log in', 401, [{ code: 1000, message: 'Invalid API Token' }])
const forbidden = () => explainRefusal('read', 403, [{ code: 10_000, message: 'Authentication error' }])
const verified = { '/user/tokens/verify': { status: 'active' }, '/accounts?': [desk] }

/** Answers by what a path begins with, the first that does; anything else is an empty list. */
function answering(answers: Readonly<Record<string, unknown>>): CloudflareApi {
  return {
    async send<Result>({ path }: { readonly path: string }) {
      const [, answer = []] = Object.entries(answers).find(([start]) => path.startsWith(start)) ?? []
      if (answer instanceof Error) throw answer
      // Who calls knows what the route answers.
      return answer as Result
    },
  }
}

const tried = (answers: Readonly<Record<string, unknown>>, account?: string) =>
  tryToken(answering(answers), account, signal)

describe('a token that is tried', () => {
  it('works, for the accounts that it reaches', async () => {
    expect(await tried(verified)).toEqual({ kind: 'works', accounts: [desk], lacks: [] })
    const both = [desk, { id: 'a2', name: 'Shelf' }]
    expect(await tried({ ...verified, '/accounts?': both })).toEqual({ kind: 'works', accounts: both })
    expect(await tried({ ...verified, '/accounts?': both }, 'a2')).toMatchObject({
      lacks: [],
      accounts: [{ id: 'a2' }],
    })
  })

  it('lacks the rights that it cannot read with', async () => {
    const lacking = { '/accounts/a1/d1': forbidden(), '/accounts/a1/workers/observability': forbidden() }
    expect(await tried({ ...verified, ...lacking })).toMatchObject({
      lacks: ['"Workers Observability: Edit" (logs)', '"D1: Edit" (servers that keep something)'],
    })
    const unanswered = { '/accounts/a1/d1': explainRefusal('read', 503, []) }
    expect(await tried({ ...verified, ...unanswered })).toMatchObject({ lacks: [] })
  })

  it('works without an account that it could list: that is a right too', async () => {
    expect(await tried({ ...verified, '/accounts?': forbidden() })).toEqual({ kind: 'works', accounts: [] })
  })

  it('is refused when Cloudflare does not know it, or says that it is over', async () => {
    const reason = 'Cloudflare does not let the token log in: Invalid API Token. (1000)'
    expect(await tried({ '/user': unknown(), '/accounts': unknown() })).toEqual({ kind: 'refused', reason })
    expect(await tried({ '/user/tokens/verify': { status: 'expired' } })).toEqual({
      kind: 'refused',
      reason: 'Cloudflare says that the token is expired.',
    })
  })

  it('may be of an account, which alone knows it', async () => {
    const ofAccount = { '/user': unknown(), '/accounts?': [desk], '/accounts/a1/tokens/verify': { status: 'active' } }
    expect(await tried(ofAccount)).toEqual({ kind: 'works', accounts: [desk], lacks: [] })
    expect(await tried({ ...ofAccount, '/accounts?': unknown() }, 'a1')).toMatchObject({ kind: 'works' })
    expect(await tried({ ...ofAccount, '/accounts/a1/tokens/verify': { status: 'disabled' } })).toMatchObject({
      kind: 'refused',
    })
    expect(await tried({ ...ofAccount, '/accounts/a1/tokens/verify': unknown() })).toMatchObject({ kind: 'refused' })
  })

  it('is not called wrong when Cloudflare cannot be asked', async () => {
    for (const away of [explainRefusal('log in', 503, []), explainSilence('log in', new Error('no network'))]) {
      expect(await tried({ '/user': away })).toEqual({ kind: 'untried', reason: away.message })
    }
    const late = AbortSignal.abort(new Error('too late'))
    const api: CloudflareApi = { send: () => Promise.reject(late.reason) }
    expect(await tryToken(api, undefined, late)).toMatchObject({
      kind: 'untried',
      reason: expect.stringContaining('in time'),
    })
  })
})
