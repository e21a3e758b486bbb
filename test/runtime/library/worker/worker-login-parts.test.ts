import { describe, expect, it } from 'vitest'
import { githubUpstream } from '../../../../runtime/library/worker/login/github-upstream.ts'
import { readLogin } from '../../../../runtime/library/worker/login/login-settings.ts'
import { isAllowed, nameOf } from '../../../../runtime/library/worker/login/person.ts'
import { newAttempt } from '../../../../runtime/library/worker/login/upstream.ts'

const attempt = newAttempt('https://desk.example/callback')

/** GitHub as its documentation has it; `changed` by address. */
function github(changed: Readonly<Record<string, unknown>> = {}) {
  const asked: string[] = []
  const answers: Record<string, unknown> = {
    'https://github.com/login/oauth/access_token': { access_token: 'gho_1', token_type: 'bearer' },
    'https://api.github.com/user': { id: 42, login: 'Octocat', email: 'anything@evil.example' },
    'https://api.github.com/user/emails': [
      { email: 'Ann@example.com', verified: true },
      { email: 'boss@example.com', verified: false },
    ],
    ...changed,
  }
  const send = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    asked.push(`${request.url} ${request.headers.get('authorization') ?? ''} ${await request.text()}`)
    return Response.json(answers[request.url] ?? { message: 'Not Found' }, { status: answers[request.url] ? 200 : 404 })
  }
  return { asked, upstream: githubUpstream({ clientId: 'desk', secret: 'hidden', send }) }
}

describe('a login at GitHub', () => {
  it('sends the person there with state and PKCE', async () => {
    const url = await github().upstream.authorizeUrl(attempt, 'state-1')
    expect(`${url.origin}${url.pathname}`).toBe('https://github.com/login/oauth/authorize')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'desk',
      redirect_uri: attempt.redirectUri,
      state: 'state-1',
      code_challenge_method: 'S256',
      scope: 'read:user user:email',
    })
    expect(url.href).not.toContain(attempt.verifier)
  })

  it('gives the account, and the addresses that GitHub has checked', async () => {
    const { upstream, asked } = github()
    const person = await upstream.personOf(attempt, 'code-1')
    expect(person).toEqual({ subject: '42', emails: ['ann@example.com'], github: 'Octocat' })
    expect(nameOf(person)).toBe('github:Octocat')
    expect(asked[0]).toContain(`code_verifier=${attempt.verifier}`)
    expect(asked.slice(1).every((line) => line.includes('Bearer gho_1') && !line.includes('hidden'))).toBe(true)
  })

  it.each([
    ['gives no token', { 'https://github.com/login/oauth/access_token': { error: 'bad_verification_code' } }],
    ['does not say who it is', { 'https://api.github.com/user': undefined }],
    ['gives no number of the account', { 'https://api.github.com/user': { login: 'octocat' } }],
    ['does not give the addresses', { 'https://api.github.com/user/emails': undefined }],
  ])('fails where GitHub %s', async (_, changed) => {
    await expect(github(changed).upstream.personOf(attempt, 'code-1')).rejects.toThrow(/GitHub|github\.com/)
  })
})

describe('who may call', () => {
  const ann = { subject: '42', emails: ['ann@example.com'], github: 'Octocat' }

  it.each(['ann@example.com', 'ANN@EXAMPLE.COM', '*@example.com', 'github:octocat', 'sub:42', '*'])(
    'is who %s names',
    (entry) => {
      expect(isAllowed(ann, { allow: ['bob@example.net', entry] })).toBe(true)
    },
  )

  it.each([
    'ann@example.co',
    '*@ample.com',
    '*@example.com.evil.example',
    'github:octo',
    'sub:4',
    'sub:ann@example.com',
  ])('is not who %s names', (entry) => {
    expect(isAllowed(ann, { allow: [entry] })).toBe(false)
  })

  it('is no account of GitHub where people log in elsewhere, and nobody by an address that is missing', () => {
    expect(isAllowed({ subject: 'github:octocat', emails: [] }, { allow: ['github:octocat', '*@example.com'] })).toBe(
      false,
    )
  })
})

describe('MCP_LOGIN', () => {
  it.each([
    [undefined, 'is not JSON'],
    ['{"client_id": 1, "allow": []}', 'is not JSON like'],
    ['{"issuer": "https://a.example", "client_id": "x", "allow": []}', 'allow is empty'],
    ['{"issuer": "http://a.example", "client_id": "x", "allow": ["*"]}', 'expected an https URL'],
    ['{"client_id": "x", "allow": ["*"]}', 'either issuer or "github"'],
  ])('%s closes the server, and says why', (text, reason) => {
    expect(() => readLogin(text)).toThrow(reason)
  })
})
